import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { leadWorkflowId } from '#domain/ids.ts';
import { DEFAULT_SETTINGS } from '#domain/settings.ts';
import { type LeadState, leadStateQuery } from '#workflows/messages.ts';
import { type Chain, SECRET } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import {
  HOUR_MS,
  MINUTE_MS,
  RealDate,
  RIG_START_MS,
  startTimeRig,
  type TimeRig,
} from '../support/time-rig.ts';
import { WITHIN } from '../support/within.ts';

// Tests of many steps, each of which may be slow on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

let rig: TimeRig;
let chain: Chain;

const phonesOf = createPhoneBook();

beforeAll(async () => {
  rig = await startTimeRig();
  chain = rig.chain;
}, RIG_START_MS);

afterAll(() => rig?.stop());

const advanceTo = (atMs: number) => rig.advanceTo(atMs);
const next = (weekday: string, time: string) => rig.next(weekday, time);

/** A campaign by the default rules: Monday to Friday, ten to seven in the lead's own zone. */
async function launch(...phones: string[]): Promise<string> {
  return await chain.launch(phones, { ...DEFAULT_SETTINGS, callsPerSecond: 50 });
}

interface Lead {
  id: string;
  phone: string;
  state: string;
  outcome: string | null;
  not_before: Date;
  calls: { reach: string | null; started_at: Date; ended_at: Date | null }[];
}

/** The lead of a number, when it stands where it is expected. */
async function lead(phone: string, standing: { state: string; calls: number }): Promise<Lead> {
  return await vi.waitFor(async () => {
    const row = await chain.db
      .selectFrom('leads')
      .select(['id', 'phone', 'state', 'outcome', 'not_before'])
      .where('phone', '=', phone)
      .executeTakeFirstOrThrow();
    const calls = await chain.db
      .selectFrom('calls')
      .select(['reach', 'started_at', 'ended_at'])
      .where('lead_id', '=', row.id)
      .orderBy('attempt')
      .execute();
    expect({ state: row.state, calls: calls.length }).toEqual(standing);
    return { ...row, calls };
  }, WITHIN);
}

/** Goes to a minute before, when nothing may have happened yet, and then to the instant itself. */
async function expectNothingUntil(atMs: number, { id, phone, calls }: Lead): Promise<void> {
  await advanceTo(atMs - MINUTE_MS);
  // A lead that had been woken would have to answer first that it is awake.
  const state = await chain.client.workflow
    .getHandle(leadWorkflowId(id))
    .query<LeadState, []>(leadStateQuery);
  expect(state).toMatchObject({ phase: 'backing_off', until: new RealDate(atMs).toISOString() });
  await lead(phone, { state: 'backing_off', calls: calls.length });
  await advanceTo(atMs);
}

/** Not before, and within the time that it takes to come to the gate, on a busy machine. */
function expectAt(at: Date | undefined, expectedMs: number, withinMs = MINUTE_MS): void {
  const lateMs = (at?.getTime() ?? Number.NaN) - expectedMs;
  expect(lateMs, `${at?.toISOString()} instead of ${new RealDate(expectedMs).toISOString()}`).toBeLessThan(
    withinMs,
  );
  expect(
    lateMs,
    `${at?.toISOString()} instead of ${new RealDate(expectedMs).toISOString()}`,
  ).toBeGreaterThanOrEqual(0);
}

describe('retries', () => {
  test('two hours after no answer, four hours after busy', async () => {
    await advanceTo(await next('Tue', '10:05'));
    const [silent = '', busy = ''] = phonesOf('10', '02');
    await launch(silent, busy);
    const first = await lead(silent, { state: 'backing_off', calls: 1 });
    expect(first.calls[0]?.reach).toBe('no_answer');
    const againMs = (first.calls[0]?.ended_at?.getTime() ?? 0) + 2 * HOUR_MS;
    const other = await lead(busy, { state: 'backing_off', calls: 1 });
    expect(other.calls[0]?.reach).toBe('busy');
    const otherAgainMs = (other.calls[0]?.ended_at?.getTime() ?? 0) + 4 * HOUR_MS;

    await expectNothingUntil(againMs, first);
    expectAt((await lead(silent, { state: 'finished', calls: 2 })).calls[1]?.started_at, againMs);
    await expectNothingUntil(otherAgainMs, other);
    expectAt((await lead(busy, { state: 'finished', calls: 2 })).calls[1]?.started_at, otherAgainMs);
  });

  test('that would fall after closing time are made in the morning', async () => {
    await advanceTo(await next('Wed', '18:00'));
    const [phone = ''] = phonesOf('10');
    await launch(phone);
    const waiting = await lead(phone, { state: 'backing_off', calls: 1 });
    const opening = await next('Thu', '10:00');
    // Those that wait for the same opening are spread over a minute.
    expectAt(waiting.not_before, opening, MINUTE_MS);
    await expectNothingUntil(waiting.not_before.getTime(), waiting);
    const done = await lead(phone, { state: 'finished', calls: 2 });
    expectAt(done.calls[1]?.started_at, waiting.not_before.getTime());
  });

  test('that would fall on Friday night are made on Monday', async () => {
    await advanceTo(await next('Fri', '18:30'));
    const [phone = ''] = phonesOf('10');
    await launch(phone);
    const waiting = await lead(phone, { state: 'backing_off', calls: 1 });
    expectAt(waiting.not_before, await next('Mon', '10:00'), MINUTE_MS);
    await expectNothingUntil(waiting.not_before.getTime(), waiting);
    const done = await lead(phone, { state: 'finished', calls: 2 });
    expectAt(done.calls[1]?.started_at, waiting.not_before.getTime());
  });
});

describe('the calling window', () => {
  test('holds a lead of the east until the morning, while the west is called at once', async () => {
    await advanceTo(await next('Tue', '20:00'));
    const [east, west] = ['+12125550108', '+12135550108'] as const;
    const id = await launch(east, west);
    await lead(west, { state: 'finished', calls: 1 });
    const held = await lead(east, { state: 'waiting', calls: 0 });
    const opening = await next('Wed', '10:00');
    expectAt(held.not_before, opening, 1);
    await advanceTo(opening - MINUTE_MS);
    const { body } = await chain.call<{ nextOpeningAt: string; holds: unknown }>(
      'GET',
      `/api/campaigns/${id}/progress`,
    );
    expect(body).toMatchObject({
      nextOpeningAt: new RealDate(opening).toISOString(),
      holds: [{ reason: 'window', leads: 1 }],
    });
    await lead(east, { state: 'waiting', calls: 0 });
    await advanceTo(opening);
    expectAt((await lead(east, { state: 'finished', calls: 1 })).calls[0]?.started_at, opening);
    await chain.reaches(id, 'completed');
  });
});

describe('a callback', () => {
  /** Calls somebody who asks to be called back at an instant. */
  async function promise(phone: string, atMs: number): Promise<Lead> {
    chain.simulator.setWebhook(null);
    await launch(phone);
    await lead(phone, { state: 'calling', calls: 1 });
    const { conversationId } = await vi.waitFor(() => {
      const dial = chain.simulator.ledger.dials.find(({ to }) => to === phone);
      expect(dial?.reach).toBe('answered');
      return { conversationId: dial?.conversationId ?? '' };
    }, WITHIN);
    await chain.report(conversationId, ({ analysis }) => {
      const asked = analysis.data_collection_results.callback_at;
      if (asked === undefined) throw new Error('The person did not ask for a callback.');
      asked.value = new RealDate(atMs).toISOString();
    });
    // Only now: the network's own webhook names another time, and would be taken if it came first.
    chain.simulator.setWebhook({ url: `${chain.url}/webhooks/elevenlabs`, secret: SECRET });
    return await lead(phone, { state: 'backing_off', calls: 1 });
  }

  test('days later is made at that minute', async () => {
    await advanceTo(await next('Tue', '11:00'));
    const [phone = ''] = phonesOf('06');
    const promisedMs = (await next('Fri', '15:30')) + 7 * 24 * HOUR_MS;
    const waiting = await promise(phone, promisedMs);
    await expectNothingUntil(promisedMs, waiting);
    const done = await lead(phone, { state: 'finished', calls: 2 });
    expectAt(done.calls[1]?.started_at, promisedMs);
    expect(done.outcome).toBe('converted');
  });

  test('on a Sunday is made when the window opens after it', async () => {
    await advanceTo(await next('Thu', '11:00'));
    const [phone = ''] = phonesOf('06');
    const promisedMs = await next('Sun', '15:00');
    const waiting = await promise(phone, promisedMs);
    expectAt(waiting.not_before, await next('Mon', '10:00'), MINUTE_MS);
    await expectNothingUntil(waiting.not_before.getTime(), waiting);
    const done = await lead(phone, { state: 'finished', calls: 2 });
    expectAt(done.calls[1]?.started_at, waiting.not_before.getTime());
  });
});

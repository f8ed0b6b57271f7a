import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { leadWorkflowId } from '#domain/ids.ts';
import { byWord } from '#domain/words.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook, QUICK } from '../support/people.ts';

const PATIENT = { timeout: 60_000, interval: 50 };
const HOUR_MS = 3_600_000;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain({ speed: 60 });
});

afterAll(async () => {
  await chain?.stop();
});

async function draft(phones: string[], settings = {}): Promise<string> {
  const id = await chain.create({ ...QUICK, ...settings });
  await chain.call('POST', `/api/campaigns/${id}/leads`, { leads: phones.map((phone) => ({ phone })) });
  return id;
}

function start(id: string, body: Record<string, string>) {
  return chain.call<{ status: string; endAt: string | null }>('POST', `/api/campaigns/${id}/start`, body);
}

const after = (ms: number) => new Date(Date.now() + ms).toISOString();

async function outcomesOf(campaignId: string) {
  const rows = await chain.db
    .selectFrom('leads')
    .select(['outcome', (count) => count.fn.countAll<number>().as('leads')])
    .where('campaign_id', '=', campaignId)
    .groupBy('outcome')
    .execute();
  return Object.fromEntries(rows.map(({ outcome, leads }) => [outcome ?? 'open', leads]));
}

function dialsOf(campaignId: string): Promise<{ started_at: Date; lead_id: string | null }[]> {
  return chain.db
    .selectFrom('calls')
    .select(['started_at', 'lead_id'])
    .where('campaign_id', '=', campaignId)
    .execute();
}

/** Every dial of the campaign that reached the phone network did so before the instant. */
async function expectDialsBefore(campaignId: string, endAt: string): Promise<number> {
  const leads = new Set((await dialsOf(campaignId)).map(({ lead_id }) => lead_id));
  const dials = chain.simulator.ledger.dials.filter(({ attemptId }) =>
    leads.has(attemptId?.split('.')[0] ?? ''),
  );
  const late = dials.filter(({ receivedAt }) => Date.parse(receivedAt) >= Date.parse(endAt));
  expect(late).toEqual([]);
  return dials.length;
}

test('19: at its set end a campaign dials nobody more, its calls end, and it completes', async () => {
  // A dial a second: most are not called by the end.
  const id = await draft(phonesOf(...Array<string>(25).fill('00')), {
    lines: 2,
    callsPerSecond: 1,
    ringMarginSeconds: 1,
  });
  const endAt = after(6_000);
  expect((await start(id, { endAt })).body).toMatchObject({ status: 'running', endAt });
  await chain.reaches(id, 'completed');
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(endAt));
  expect(await expectDialsBefore(id, endAt)).toBeGreaterThan(0);
  const outcomes = await outcomesOf(id);
  expect(outcomes.ended).toBeGreaterThan(10);
  expect(outcomes.open).toBeUndefined();
  const events = await chain.db
    .selectFrom('events')
    .select('type')
    .where('campaign_id', '=', id)
    .where('lead_id', 'is', null)
    .orderBy('id')
    .execute();
  expect(events.map(({ type }) => type).slice(-2)).toEqual(['campaign.ended', 'campaign.completed']);
  await chain.expectInvariants();
}, 120_000);

test('19: leads that back off at the end are finished, and their workflows end', async () => {
  const id = await draft(phonesOf('10', '10', '10'), {
    retryAfterSeconds: { no_answer: 3_600, busy: 3_600, failed: 3_600, voicemail: 3_600 },
  });
  await start(id, {});
  await vi.waitFor(async () => {
    const { count } = await chain.db
      .selectFrom('leads')
      .select((of) => of.fn.countAll<number>().as('count'))
      .where('campaign_id', '=', id)
      .where('state', '=', 'backing_off')
      .executeTakeFirstOrThrow();
    expect(count).toBe(3);
  }, PATIENT);
  const endAt = after(1_500);
  await chain.call('PATCH', `/api/campaigns/${id}`, { endAt });
  await chain.reaches(id, 'completed');
  expect(await outcomesOf(id)).toEqual({ ended: 3 });
  const leads = await chain.db.selectFrom('leads').select(['id']).where('campaign_id', '=', id).execute();
  await vi.waitFor(async () => {
    for (const lead of leads) {
      const { status } = await chain.client.workflow.getHandle(leadWorkflowId(lead.id)).describe();
      expect(status.name).toBe('COMPLETED');
    }
  }, PATIENT);
  await chain.expectInvariants();
}, 120_000);

test('19: a scheduled campaign, and a paused one, end too', async () => {
  const scheduled = await draft(phonesOf('00'));
  await start(scheduled, { at: after(HOUR_MS), endAt: after(2 * HOUR_MS) });
  const paused = await draft(phonesOf('00'));
  await start(paused, { at: after(HOUR_MS), endAt: after(2 * HOUR_MS) });
  await chain.call('POST', `/api/campaigns/${paused}/pause`, {});
  // Both times are moved by their rows, since an end before the start is refused.
  const past = new Date(Date.now() - HOUR_MS);
  for (const id of [scheduled, paused]) {
    await chain.db.updateTable('campaigns').set({ end_at: past }).where('id', '=', id).execute();
    await sql`update campaigns set updated_at = now() - interval '1 hour' where id = ${id}`.execute(chain.db);
  }
  await chain.sweep();
  for (const id of [scheduled, paused]) {
    await chain.reaches(id, 'completed');
    expect(await outcomesOf(id)).toEqual({ ended: 1 });
    expect(await dialsOf(id)).toEqual([]);
  }
  await chain.expectInvariants();
}, 120_000);

test('9: a stop finishes leads that wait and that back off, and ends their workflows', async () => {
  const id = await draft(phonesOf('10', '10', ...Array<string>(20).fill('00')), {
    lines: 2,
    callsPerSecond: 1,
    retryAfterSeconds: { no_answer: 3_600, busy: 3_600, failed: 3_600, voicemail: 3_600 },
  });
  await start(id, {});
  const backingOff = await vi.waitFor(async () => {
    const rows = await chain.db
      .selectFrom('leads')
      .select('id')
      .where('campaign_id', '=', id)
      .where('state', '=', 'backing_off')
      .execute();
    expect(rows.length).toBeGreaterThan(0);
    return rows;
  }, PATIENT);
  await chain.call('POST', `/api/campaigns/${id}/stop`, {});
  await vi.waitFor(async () => {
    const row = await chain.db
      .selectFrom('campaigns')
      .select('finished_at')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(row.finished_at).not.toBeNull();
  }, PATIENT);
  const outcomes = await outcomesOf(id);
  expect(outcomes.open).toBeUndefined();
  expect(outcomes.stopped).toBeGreaterThan(10);
  await vi.waitFor(async () => {
    for (const lead of backingOff) {
      const { status } = await chain.client.workflow.getHandle(leadWorkflowId(lead.id)).describe();
      expect(status.name).toBe('COMPLETED');
    }
  }, PATIENT);
  await chain.expectInvariants();
}, 120_000);

test('9: longer hours and a shorter delay bring held leads back at once', async () => {
  const retryAfterSeconds = { no_answer: 3_600, busy: 3_600, failed: 3_600, voicemail: 3_600 };
  const id = await draft(phonesOf('10'), { retryAfterSeconds, maxAttempts: 2 });
  await start(id, {});
  await vi.waitFor(async () => {
    const { state } = await chain.db
      .selectFrom('leads')
      .select('state')
      .where('campaign_id', '=', id)
      .executeTakeFirstOrThrow();
    expect(state).toBe('backing_off');
  }, PATIENT);
  const changed = await chain.call('PATCH', `/api/campaigns/${id}`, {
    settings: { retryAfterSeconds: { no_answer: 1, busy: 1, failed: 1, voicemail: 1 } },
  });
  expect(changed.status).toBe(200);
  await chain.reaches(id, 'completed');
  expect(await dialsOf(id)).toHaveLength(2);

  // Open on one day only, which is neither today nor a neighbour of it in any zone.
  const day = DAYS[(new Date().getUTCDay() + 3) % 7] ?? 'mon';
  const hours = { ...byWord(DAYS, (): [string, string][] => []), [day]: [['10:00', '11:00']] };
  const shut = await draft(phonesOf('00'), { window: { timeZone: 'lead', days: hours } });
  await start(shut, {});
  await vi.waitFor(async () => {
    const { hold_rule } = await chain.db
      .selectFrom('leads')
      .select('hold_rule')
      .where('campaign_id', '=', shut)
      .executeTakeFirstOrThrow();
    expect(hold_rule).toBe('window');
  }, PATIENT);
  await chain.call('PATCH', `/api/campaigns/${shut}`, { settings: { window: { days: QUICK.window?.days } } });
  await chain.reaches(shut, 'completed');
  await chain.expectInvariants();
}, 120_000);

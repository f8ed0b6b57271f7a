import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { leadWorkflowId } from '#domain/ids.ts';
import type { Weekday } from '#domain/window.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook, QUICK } from '../support/people.ts';

let chain: Chain;
const phonesOf = createPhoneBook();

// A busy machine needs its time for a whole campaign.
vi.setConfig({ testTimeout: 120_000 });

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const NO_DAYS = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };

interface CallRow {
  reach: string;
  disposition: string | null;
  source: string;
  converted: boolean;
  attempt: number;
}

async function callsOf(campaignId: string): Promise<CallRow[]> {
  const { body } = await chain.call<{ items: CallRow[] }>(
    'GET',
    `/api/campaigns/${campaignId}/calls?limit=200`,
  );
  return body.items.toReversed();
}

describe('a whole campaign', () => {
  beforeAll(async () => {
    chain = await startChain();
  });
  afterAll(() => chain?.stop());

  test('calls everybody, tries again by reach, and ends with every lead finished', async () => {
    const id = await chain.launch(phonesOf('00', '02', '10', '11', '08', '07', '12', '01', '15', '05'));
    await chain.reaches(id, 'completed');
    const outcomes = await chain.db
      .selectFrom('leads')
      .select(['phone', 'outcome', 'attempts_used', 'last_reach', 'disposition', 'converted'])
      .where('campaign_id', '=', id)
      .execute();
    const byEnding = Object.fromEntries(
      outcomes.map(({ phone, ...lead }) => [
        phone.slice(-2),
        [lead.outcome, lead.attempts_used, lead.last_reach],
      ]),
    );
    expect(byEnding).toEqual({
      '00': ['converted', 1, 'answered'],
      '02': ['converted', 2, 'answered'],
      '10': ['converted', 2, 'answered'],
      '11': ['converted', 2, 'answered'],
      '08': ['answered', 1, 'answered'],
      '07': ['opted_out', 1, 'answered'],
      '12': ['answered', 1, 'answered'],
      '01': ['attempts_spent', 3, 'no_answer'],
      '15': ['refused', 0, null],
      '05': ['attempts_spent', 3, 'failed'],
    });
    const { body: optOuts } = await chain.call<{ items: { phone: string }[] }>('GET', '/api/opt-outs');
    expect(optOuts.items.map(({ phone }) => phone.slice(-2))).toEqual(['07']);
    const { body: metrics } = await chain.call<{ conversions: number; calls: Record<string, number> }>(
      'GET',
      `/api/campaigns/${id}/metrics`,
    );
    expect(metrics).toMatchObject({
      conversions: 4,
      calls: { answered: 7, noAnswer: 4, failed: 3, unknown: 0 },
    });
    await chain.expectInvariants();
  });

  test('a callback happens at the time the person asked for', async () => {
    const id = await chain.launch(phonesOf('06'));
    await chain.reaches(id, 'completed');
    const calls = await callsOf(id);
    expect(calls.map(({ disposition }) => disposition)).toEqual(['callback_requested', 'converted']);
    await chain.expectInvariants();
  });

  test('goes on when leads are added after its end', async () => {
    const [first = '', second = ''] = phonesOf('00', '08');
    const id = await chain.launch([first]);
    await chain.reaches(id, 'completed');
    await chain.call('POST', `/api/campaigns/${id}/leads`, { leads: [{ phone: second }] });
    await chain.reaches(id, 'completed');
    await vi.waitFor(async () => expect(await callsOf(id)).toHaveLength(2), { timeout: 20_000 });
    await chain.reaches(id, 'completed');
    await chain.expectInvariants();
  });

  test('two campaigns never have one person on two lines', async () => {
    const phones = phonesOf('09', '09', '09', '09');
    // The gate looks again at a contact in a call after the ring time.
    const settings = { ringSeconds: 8 };
    const ids = await Promise.all([chain.launch(phones, settings), chain.launch(phones, settings)]);
    await Promise.all(ids.map((id) => chain.reaches(id, 'completed')));
    await chain.expectInvariants();
  }, 120_000);

  test('a lead that is held by its contact gives its line back: it has no timer, and waits for another line', async () => {
    const phones = phonesOf('08');
    const caps = { perDay: null, perWeek: null, minGapSeconds: 3 };
    const first = await chain.launch(phones, { caps });
    await chain.reaches(first, 'completed');
    const second = await chain.launch(phones, { caps });
    await chain.reaches(second, 'completed');
    const held = await chain.db
      .selectFrom('decisions')
      .select(['lead_id', 'rule'])
      .where('campaign_id', '=', second)
      .where('verdict', '=', 'wait')
      .execute();
    expect(held.map(({ rule }) => rule)).toContain('contact_gap');
    const lead = chain.client.workflow.getHandle(leadWorkflowId(held[0]?.lead_id ?? ''));
    const { events } = await lead.fetchHistory();
    const summaries = (events ?? []).flatMap(({ timerStartedEventAttributes, userMetadata }) =>
      timerStartedEventAttributes == null ? [] : [Buffer.from(userMetadata?.summary?.data ?? '').toString()],
    );
    expect(summaries).not.toContainEqual(expect.stringContaining('contact_gap'));
    const grants = (events ?? []).filter(
      ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'lineGranted',
    );
    expect(grants.length).toBeGreaterThan(0);
    await chain.expectInvariants();
  });
});

describe('while it runs', () => {
  beforeAll(async () => {
    // Calls of three seconds: long enough for a busy machine to have several under way.
    chain = await startChain({ speed: 200 });
  });
  afterAll(() => chain?.stop());

  /** People who talk until the longest duration, whom nobody has called before. */
  const sixteen = () => phonesOf(...Array<string>(16).fill('09'));

  test('fault 14: no dial follows the acknowledgement of a pause, and those in flight are counted in it', async () => {
    const id = await chain.launch(sixteen(), { lines: 8 });
    await vi.waitFor(() => expect(chain.simulator.ledger.liveCalls).toBeGreaterThan(4), {
      timeout: 20_000,
      interval: 10,
    });
    const { status, body } = await chain.call<{ inFlight: number }>('POST', `/api/campaigns/${id}/pause`, {});
    const acknowledgedAt = Date.now();
    expect(status).toBe(202);
    expect(body.inFlight).toBeGreaterThan(0);
    await vi.waitFor(() => expect(chain.simulator.ledger.liveCalls).toBe(0), { timeout: 20_000 });
    const late = chain.simulator.ledger.dials.filter(
      ({ receivedAt }) => new Date(receivedAt).getTime() > acknowledgedAt,
    );
    expect(late.length).toBeLessThanOrEqual(body.inFlight);
    expect((await chain.call('POST', `/api/campaigns/${id}/pause`, {})).status).toBe(409);
    expect((await chain.call('POST', `/api/campaigns/${id}/resume`, {})).status).toBe(202);
    await chain.reaches(id, 'completed');
    await chain.expectInvariants();
  });

  test('fault 14: a stop lets calls under way end, and finishes every other lead', async () => {
    const id = await chain.launch(sixteen(), { lines: 5 });
    await vi.waitFor(() => expect(chain.simulator.ledger.liveCalls).toBe(5), {
      timeout: 20_000,
      interval: 10,
    });
    expect((await chain.call('POST', `/api/campaigns/${id}/stop`, {})).status).toBe(202);
    await vi.waitFor(
      async () => {
        const open = await chain.db
          .selectFrom('leads')
          .select('id')
          .where('campaign_id', '=', id)
          .where('state', '!=', 'finished')
          .execute();
        expect(open).toEqual([]);
      },
      { timeout: 30_000 },
    );
    expect((await chain.call('POST', `/api/campaigns/${id}/resume`, {})).status).toBe(409);
    await chain.expectInvariants();
  });

  test('a change of lines counts at once, without a pause', async () => {
    const id = await chain.launch(sixteen(), { lines: 2 });
    await vi.waitFor(() => expect(chain.simulator.ledger.liveCalls).toBe(2), {
      timeout: 20_000,
      interval: 10,
    });
    expect((await chain.call('PATCH', `/api/campaigns/${id}`, { settings: { lines: 12 } })).status).toBe(200);
    await vi.waitFor(() => expect(chain.simulator.ledger.liveCalls).toBeGreaterThan(4), {
      timeout: 20_000,
      interval: 10,
    });
    await chain.reaches(id, 'completed');
    await chain.expectInvariants();
  });

  test('leads outside their hours wait without a workflow, until the hours are changed', async () => {
    const soon = WEEKDAYS[(new Date().getUTCDay() + 2) % 7] ?? 'mon';
    const shut: Record<Weekday, [string, string][]> = { ...NO_DAYS, [soon]: [['12:00', '12:30']] };
    const phones = phonesOf('00', '08');
    const id = await chain.launch(phones, { window: { timeZone: 'UTC', days: shut } });
    const waiting = async () => {
      const { body } = await chain.call<{ holds: unknown }>('GET', `/api/campaigns/${id}/progress`);
      return body.holds;
    };
    await vi.waitFor(async () => expect(await waiting()).toEqual([{ reason: 'window', leads: 2 }]), {
      timeout: 20_000,
    });
    expect(chain.simulator.ledger.dials.filter(({ to }) => phones.includes(to))).toEqual([]);
    expect(
      (await chain.call('PATCH', `/api/campaigns/${id}`, { settings: { window: QUICK.window } })).status,
    ).toBe(200);
    await chain.reaches(id, 'completed');
    await chain.expectInvariants();
  });

  test('an opt-out reaches a lead that waits for its next attempt', async () => {
    const [phone = ''] = phonesOf('01');
    const id = await chain.launch([phone], {
      retryAfterSeconds: { no_answer: 3_600, busy: 1, failed: 1, voicemail: 1 },
    });
    await vi.waitFor(
      async () => {
        const lead = await chain.db
          .selectFrom('leads')
          .select('state')
          .where('campaign_id', '=', id)
          .executeTakeFirstOrThrow();
        expect(lead.state).toBe('backing_off');
      },
      { timeout: 20_000 },
    );
    expect((await chain.call('POST', '/api/opt-outs', { phone, reason: 'asked by mail' })).status).toBe(201);
    await chain.reaches(id, 'completed');
    await chain.expectInvariants();
  });
});

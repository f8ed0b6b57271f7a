import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '#domain/settings.ts';
import { spendOf } from '#domain/spend.ts';
import { explainLead, type WhyFacts } from './why.ts';

/** A Monday, at noon in Chicago. */
const NOON = new Date('2026-03-02T18:00:00Z');
const EVENING = new Date('2026-03-03T03:00:00Z');
const TOMORROW = '2026-03-03T16:00:00.000Z';

const spent = (settledCents: number) =>
  spendOf(
    { settledCents, settledCalls: 0, pendingCents: 0, pendingCalls: 0, estimatedCents: 0 },
    DEFAULT_SETTINGS,
  );

function facts(changes: Partial<WhyFacts> = {}, lead: Partial<WhyFacts['lead']> = {}): WhyFacts {
  return {
    now: NOON,
    campaign: { status: 'running', startAt: null, endAt: null, pauseReason: null },
    settings: DEFAULT_SETTINGS,
    lead: {
      state: 'waiting',
      zones: ['America/Chicago'],
      notBefore: NOON,
      holdRule: null,
      holdDetail: null,
      attemptsUsed: 0,
      attemptsAllowed: null,
      outcome: null,
      outcomeDetail: null,
      ...lead,
    },
    optedOut: false,
    spend: spent(0),
    lastWait: null,
    overdueSince: null,
    ...changes,
  };
}

const rules = (given: WhyFacts) => explainLead(given).blockedBy.map(({ rule }) => rule);
const next = (given: WhyFacts) => explainLead(given).nextAttemptAt?.toISOString() ?? null;

test('nothing holds a lead that may be called', () => {
  expect(explainLead(facts())).toEqual({ state: 'waiting', nextAttemptAt: NOON, blockedBy: [] });
});

test('the window holds it until it opens, in the zones it may be in', () => {
  expect(rules(facts({ now: EVENING }))).toEqual(['window']);
  expect(next(facts({ now: EVENING }))).toBe(TOMORROW);
  const nowhere = facts({}, { zones: [] });
  expect([rules(nowhere), next(nowhere)]).toEqual([['window'], null]);
  expect(explainLead(nowhere).blockedBy[0]?.detail).toContain('no zone is known');
});

test('a retry comes when it is due, or when the window opens after it', () => {
  const due = new Date('2026-03-02T20:00:00Z');
  const hold = {
    state: 'backing_off',
    holdRule: 'retry',
    holdDetail: 'After busy.',
    notBefore: due,
  } as const;
  expect(explainLead(facts({}, hold)).blockedBy).toEqual([
    { rule: 'retry', detail: 'After busy.', until: due },
  ]);
  expect(next(facts({}, hold))).toBe(due.toISOString());
  expect(next(facts({}, { ...hold, notBefore: EVENING }))).toBe(TOMORROW);
  expect(rules(facts({ now: EVENING }, hold))).toEqual(['window']);
});

test('the campaign must be at work', () => {
  const campaign = (status: WhyFacts['campaign']['status'], startAt: Date | null = null) =>
    facts({ campaign: { status, startAt, endAt: null, pauseReason: null } });
  for (const status of ['draft', 'paused', 'completed', 'stopped'] as const) {
    expect([rules(campaign(status)), next(campaign(status))], status).toEqual([['campaign_running'], null]);
  }
  expect(next(campaign('scheduled', EVENING))).toBe(TOMORROW);
  const faulty = facts({
    campaign: { status: 'paused', startAt: null, endAt: null, pauseReason: 'The agent is gone.' },
  });
  expect(explainLead(faulty).blockedBy[0]?.detail).toContain('The agent is gone.');
});

test('after the set end there is no next attempt, nor one that would come after it', () => {
  const ending = (endAt: Date) =>
    facts({ campaign: { status: 'running', startAt: null, endAt, pauseReason: null }, now: EVENING });
  const marginMs = DEFAULT_SETTINGS.ringMarginSeconds * 1_000;
  expect(next(ending(new Date(Date.parse(TOMORROW) + marginMs)))).toBe(TOMORROW);
  expect(next(ending(new Date(Date.parse(TOMORROW) + marginMs - 1)))).toBeNull();
  expect(next(ending(new Date(TOMORROW)))).toBeNull();
  expect([rules(ending(EVENING)), next(ending(EVENING))]).toEqual([['campaign_end', 'window'], null]);
});

test('what is for good comes first, and leaves no next attempt', () => {
  const given = facts({ optedOut: true, now: EVENING }, { attemptsUsed: 3 });
  expect([rules(given), next(given)]).toEqual([['opt_out', 'attempts', 'window'], null]);
});

test('spent money holds without a time', () => {
  const given = facts({ settings: { ...DEFAULT_SETTINGS, spendLimitCents: 100 }, spend: spent(100) });
  expect([rules(given), next(given)]).toEqual([['spend_limit'], null]);
});

test('case 18: a promised call beyond the attempts is in sight', () => {
  expect(rules(facts({}, { attemptsUsed: 3, attemptsAllowed: 4 }))).toEqual([]);
  expect(rules(facts({}, { attemptsUsed: 4, attemptsAllowed: 4 }))).toEqual(['attempts']);
});

test("the gate's last answer counts while its time has not come", () => {
  const wait = (until: Date) => facts({ lastWait: { rule: 'contact_gap', detail: 'Too soon.', until } });
  const soon = new Date(NOON.getTime() + 60_000);
  expect([rules(wait(soon)), next(wait(soon))]).toEqual([['contact_gap'], soon.toISOString()]);
  expect(rules(wait(NOON))).toEqual([]);
});

test('a lead that is called, queued or finished says so', () => {
  expect(explainLead(facts({ optedOut: true }, { state: 'calling' })).blockedBy).toEqual([]);
  expect(rules(facts({}, { state: 'queued' }))).toEqual(['campaign_lines']);
  const finished = explainLead(facts({}, { state: 'finished', outcome: 'answered' }));
  expect(finished).toMatchObject({ nextAttemptAt: null, blockedBy: [{ rule: 'lead_open' }] });
  expect(finished.blockedBy[0]?.detail).toContain('answered');
});

test('case 5: a call past its limit is named as what the lead waits for', () => {
  const calling = { state: 'calling' } as const;
  expect(explainLead(facts({}, calling)).blockedBy).toEqual([]);
  expect(explainLead(facts({ overdueSince: NOON }, calling)).blockedBy).toEqual([
    { rule: 'contact_live', detail: expect.stringContaining(NOON.toISOString()), until: null },
  ]);
});

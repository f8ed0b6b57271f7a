import { describe, expect, test } from 'vitest';
import { type GateFacts, type GateVerdict, holdsOf, type LeadFacts } from './gate.ts';
import { DEFAULT_ONE_OFF_CALL_SETTINGS } from './one-off-call.ts';
import { type CampaignSettings, DEFAULT_SETTINGS } from './settings.ts';
import { type SpendSums, spendOf } from './spend.ts';

const now = new Date('2026-11-20T17:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

const NOTHING_SPENT: SpendSums = {
  settledCents: 0,
  settledCalls: 0,
  pendingCents: 0,
  pendingCalls: 0,
  estimatedCents: 0,
};

const lead: LeadFacts = {
  campaignStatus: 'running',
  startsAt: null,
  campaignEndAt: null,
  leadState: 'queued',
  replied: false,
  attemptsUsed: 0,
  attemptsAllowed: null,
  spend: spendOf(NOTHING_SPENT, DEFAULT_SETTINGS),
  campaignLinesInUse: 0,
  nextPaceAt: null,
};

const open: GateFacts = {
  now,
  optedOut: false,
  window: { open: true, nextOpeningAt: now, zones: ['America/New_York'] },
  contact: { liveUntil: null, liveSince: null, recentCalls: [] },
  workspaceLines: { inUse: 0, limit: 100 },
  lead,
};

/** The first rule that holds. */
function decide(facts: GateFacts, settings: CampaignSettings): GateVerdict {
  return holdsOf(facts, settings)[0] ?? { verdict: 'go' };
}

test('goes when nothing speaks against it', () => {
  expect(decide(open, DEFAULT_SETTINGS)).toEqual({ verdict: 'go' });
});

describe('never', () => {
  test.each([
    ['campaign_running', { lead: { ...lead, campaignStatus: 'stopped' } }],
    ['campaign_end', { lead: { ...lead, campaignEndAt: now } }],
    ['campaign_running', { lead: { ...lead, campaignStatus: 'draft' } }],
    ['lead_open', { lead: { ...lead, leadState: 'finished' } }],
    ['opt_out', { optedOut: true }],
    ['replied', { lead: { ...lead, replied: true } }],
    ['attempts', { lead: { ...lead, attemptsUsed: 3 } }],
  ] as const)('%s: %o', (rule, change) => {
    expect(decide({ ...open, ...change }, DEFAULT_SETTINGS)).toMatchObject({ verdict: 'never', rule });
  });
});

describe('waits', () => {
  const opening = later(3_600);
  test.each([
    ['campaign_running', { lead: { ...lead, campaignStatus: 'paused' } }, later(60)],
    ['campaign_running', { lead: { ...lead, campaignStatus: 'scheduled', startsAt: later(90) } }, later(90)],
    ['campaign_running', { lead: { ...lead, campaignStatus: 'scheduled', startsAt: ago(90) } }, later(1)],
    ['window', { window: { open: false, nextOpeningAt: opening, zones: ['UTC'] } }, opening],
    ['window', { window: { open: false, nextOpeningAt: null, zones: [] } }, later(86_400)],
    ['contact_live', { contact: { liveUntil: later(90), liveSince: ago(10), recentCalls: [] } }, later(30)],
    ['contact_live', { contact: { liveUntil: later(9), liveSince: ago(10), recentCalls: [] } }, later(9)],
    // Case 6: never at once, and never in the past; the longer it lasts, the more rarely.
    ['contact_live', { contact: { liveUntil: later(0.1), liveSince: ago(10), recentCalls: [] } }, later(5)],
    ['contact_live', { contact: { liveUntil: ago(9), liveSince: ago(80), recentCalls: [] } }, later(30)],
    ['contact_live', { contact: { liveUntil: ago(9), liveSince: ago(800), recentCalls: [] } }, later(100)],
    ['contact_live', { contact: { liveUntil: ago(9), liveSince: ago(80_000), recentCalls: [] } }, later(900)],
    ['contact_gap', { contact: { liveUntil: null, liveSince: null, recentCalls: [ago(100)] } }, later(500)],
    [
      'contact_day',
      { contact: { liveUntil: null, liveSince: null, recentCalls: [ago(700), ago(7_000), ago(80_000)] } },
      later(6_400),
    ],
    ['workspace_lines', { workspaceLines: { inUse: 100, limit: 100 } }, later(5)],
    ['campaign_lines', { lead: { ...lead, campaignLinesInUse: 10 } }, later(5)],
    ['pace', { lead: { ...lead, nextPaceAt: later(0.2) } }, later(0.2)],
  ] as const)('%s: %o', (rule, change, until) => {
    expect(decide({ ...open, ...change } as GateFacts, DEFAULT_SETTINGS)).toMatchObject({
      verdict: 'wait',
      rule,
      until,
    });
  });

  test('a week is capped by the call that leaves it first', () => {
    const recentCalls = [1, 2, 3, 4, 5, 6, 6.5].map((days) => ago(days * 86_400));
    const facts = { ...open, contact: { liveUntil: null, liveSince: null, recentCalls } };
    expect(decide(facts, DEFAULT_SETTINGS)).toMatchObject({
      rule: 'contact_week',
      until: later(0.5 * 86_400),
    });
  });

  test('a cap that more calls fill than it allows lifts when few enough are left', () => {
    // A limit that was lowered, or calls of two campaigns with different ones: five calls, three of which may stand.
    const recentCalls = [700, 7_000, 20_000, 50_000, 80_000].map(ago);
    const facts = { ...open, contact: { liveUntil: null, liveSince: null, recentCalls } };
    // Not when the oldest of all leaves the day, after which four would still lie in it.
    expect(decide(facts, DEFAULT_SETTINGS)).toMatchObject({
      rule: 'contact_day',
      until: later(86_400 - 20_000),
    });
    const caps = { ...DEFAULT_SETTINGS.caps, perDay: 4 };
    expect(decide(facts, { ...DEFAULT_SETTINGS, caps })).toMatchObject({ until: later(86_400 - 50_000) });
    expect(decide(facts, { ...DEFAULT_SETTINGS, caps: { ...caps, perDay: 6 } })).toEqual({ verdict: 'go' });
  });

  test('calls count against a cap until exactly its period has passed', () => {
    const dayAgo = (ms: number) => new Date(now.getTime() - 86_400_000 + ms);
    const caps = { perDay: 1, perWeek: null, minGapSeconds: 0 };
    const at = (call: Date) =>
      decide(
        { ...open, contact: { liveUntil: null, liveSince: null, recentCalls: [call] } },
        { ...DEFAULT_SETTINGS, caps },
      );
    expect(at(dayAgo(1))).toMatchObject({ rule: 'contact_day', until: new Date(now.getTime() + 1) });
    expect(at(dayAgo(0))).toEqual({ verdict: 'go' });
  });

  test('the gap ends at its last second, and is none where it is nought', () => {
    const at = (secondsAgo: number, minGapSeconds: number) =>
      decide(
        { ...open, contact: { liveUntil: null, liveSince: null, recentCalls: [ago(secondsAgo)] } },
        { ...DEFAULT_SETTINGS, caps: { perDay: null, perWeek: null, minGapSeconds } },
      );
    expect(at(59, 60)).toMatchObject({ rule: 'contact_gap', until: later(1) });
    expect(at(60, 60)).toEqual({ verdict: 'go' });
    expect(at(0, 0)).toEqual({ verdict: 'go' });
  });
});

describe('case 18: the attempts', () => {
  const used = (attemptsUsed: number, attemptsAllowed: number | null) =>
    decide({ ...open, lead: { ...lead, attemptsUsed, attemptsAllowed } }, DEFAULT_SETTINGS);

  test('a promised call passes, the one after it does not', () => {
    expect(used(3, 4)).toEqual({ verdict: 'go' });
    expect(used(4, 4)).toMatchObject({ rule: 'attempts' });
  });

  test('a promise never takes away what the settings allow', () => {
    expect(used(2, 1)).toEqual({ verdict: 'go' });
  });
});

describe('case 8: the spend limit', () => {
  const held = (sums: Partial<SpendSums>, spendLimitCents: number | null = 200) => {
    const spend = spendOf({ ...NOTHING_SPENT, ...sums }, DEFAULT_SETTINGS);
    return decide({ ...open, lead: { ...lead, spend } }, { ...DEFAULT_SETTINGS, spendLimitCents });
  };

  test('lets a call pass that fits to the cent, with what is reserved for others', () => {
    expect(held({ settledCents: 100, pendingCents: 80, pendingCalls: 4 })).toEqual({ verdict: 'go' });
    expect(held({ settledCents: 9_999 }, null)).toEqual({ verdict: 'go' });
  });

  test('waits while a call in flight may cost less than is reserved for it', () => {
    const verdict = held({ settledCents: 100, pendingCents: 81, pendingCalls: 4 });
    expect(verdict).toMatchObject({ verdict: 'wait', rule: 'spend_limit', until: later(5) });
    expect(verdict).not.toHaveProperty('pausesCampaign');
    expect(verdict).toMatchObject({
      detail:
        'The spend limit of 200 cents leaves no room for a call of about 20 cents: 100 cents are spent and ' +
        '81 cents reserved. It may, once one of 4 calls in flight is charged.',
    });
  });

  test('pauses the campaign when nothing in flight can make room', () => {
    for (const sums of [
      { settledCents: 181 },
      { settledCents: 181, pendingCents: 20, pendingCalls: 1 },
      { settledCents: 100, estimatedCents: 90 },
      { settledCents: 100, estimatedCents: 90, pendingCents: 10, pendingCalls: 1 },
    ])
      expect(held(sums), JSON.stringify(sums)).toMatchObject({
        verdict: 'wait',
        rule: 'spend_limit',
        pausesCampaign: true,
        detail: expect.stringMatching(
          / are spent and .* reserved\. Raise the limit, then resume the campaign\.$/,
        ),
      });
  });
});

test('an opt-out outranks everything that only waits', () => {
  const crowded: LeadFacts = { ...lead, campaignStatus: 'paused', campaignLinesInUse: 10 };
  const facts: GateFacts = { ...open, optedOut: true, lead: crowded };
  expect(decide(facts, DEFAULT_SETTINGS)).toMatchObject({ verdict: 'never', rule: 'opt_out' });
});

describe('a one-off call', () => {
  const rules: CampaignSettings = { ...DEFAULT_SETTINGS, ...DEFAULT_ONE_OFF_CALL_SETTINGS };
  const oneOff: GateFacts = { ...open, workspaceLines: { inUse: 99, limit: 100 }, lead: null };
  const hoursAgo = (hours: number) => ago(hours * 3_600);
  const rulesThatHold = (change: Partial<GateFacts>) =>
    holdsOf({ ...oneOff, ...change }, rules).map(({ verdict, rule }) => [verdict, rule]);

  test('nothing holds a call in its hours to somebody who was not called', () => {
    expect(rulesThatHold({})).toEqual([]);
  });

  test('every rule that holds is named with its time, and permanent ones come first', () => {
    const opensAt = new Date('2026-11-21T15:00:00.000Z');
    const given: GateFacts = {
      ...oneOff,
      optedOut: true,
      window: { open: false, nextOpeningAt: opensAt, zones: ['America/New_York'] },
      contact: {
        liveUntil: hoursAgo(-1),
        liveSince: hoursAgo(0),
        recentCalls: [0.1, 1, 2, 30, 40, 50, 60].map(hoursAgo),
      },
      workspaceLines: { inUse: 100, limit: 100 },
    };
    const before = structuredClone(given);
    const holds = holdsOf(given, rules);
    expect(holds.map(({ rule }) => rule)).toEqual([
      'opt_out',
      'window',
      'contact_live',
      'contact_gap',
      'contact_day',
      'contact_week',
      'workspace_lines',
    ]);
    expect(holds[0]).not.toHaveProperty('until');
    expect(holds[1]).toMatchObject({ until: opensAt });
    expect(holds[3]).toMatchObject({ until: new Date(hoursAgo(0.1).getTime() + 600_000) });
    expect(holds[4]).toMatchObject({ until: hoursAgo(2 - 24) });
    expect(holds[5]).toMatchObject({ until: hoursAgo(60 - 7 * 24) });
    // Neither the facts nor the defaults are changed by looking.
    expect(given).toEqual(before);
    expect(DEFAULT_ONE_OFF_CALL_SETTINGS.caps).toEqual({ perDay: 3, perWeek: 7, minGapSeconds: 600 });
  });

  test('a call that by this clock begins in the future holds by its gap, once', () => {
    const justBegun = {
      liveUntil: hoursAgo(-0.2),
      liveSince: hoursAgo(0.001),
      recentCalls: [hoursAgo(-0.001)],
    };
    expect(rulesThatHold({ contact: justBegun })).toEqual([
      ['wait', 'contact_live'],
      ['wait', 'contact_gap'],
    ]);
  });

  test('one call too many is held by its own rule only', () => {
    expect(
      rulesThatHold({ contact: { liveUntil: null, liveSince: null, recentCalls: [1, 2, 3].map(hoursAgo) } }),
    ).toEqual([['wait', 'contact_day']]);
  });
});

test('every rule says what holds the call, in words for whoever asks', () => {
  const details = (change: Partial<GateFacts>, settings: Partial<CampaignSettings> = {}) =>
    holdsOf({ ...open, ...change }, { ...DEFAULT_SETTINGS, ...settings }).map(({ detail }) => detail);
  const of = (change: Partial<LeadFacts>) => details({ lead: { ...lead, ...change } });
  const called = (...secondsAgo: number[]) => ({
    contact: { liveUntil: null, liveSince: null, recentCalls: secondsAgo.map(ago) },
  });
  expect(of({ campaignStatus: 'stopped' })).toEqual(['The campaign is stopped.']);
  expect(of({ campaignStatus: 'paused' })).toEqual(['The campaign is paused.']);
  expect(of({ campaignStatus: 'scheduled' })).toEqual(['The campaign has not begun yet.']);
  expect(of({ leadState: 'finished' })).toEqual(['The lead is finished.']);
  expect(of({ replied: true })).toEqual(['The person has called or written since the last call.']);
  expect(of({ attemptsUsed: 3 })).toEqual(['All 3 attempts are spent.']);
  expect(of({ campaignLinesInUse: 10 })).toEqual(['All 10 lines of the campaign are in use.']);
  expect(of({ nextPaceAt: later(1) })).toEqual([`${DEFAULT_SETTINGS.callsPerSecond} calls per second.`]);
  expect(details({ optedOut: true })).toEqual(['The contact opted out.']);
  expect(details({ workspaceLines: { inUse: 7, limit: 7 } })).toEqual([
    'All 7 lines of the workspace are in use.',
  ]);
  const shut = (zones: string[], nextOpeningAt: Date | null) =>
    details({ window: { open: false, nextOpeningAt, zones } });
  expect(shut(['Asia/Tokyo', 'Asia/Seoul'], later(60))).toEqual([
    'Outside the calling window (Asia/Tokyo, Asia/Seoul).',
  ]);
  expect(shut(['Asia/Tokyo', 'America/Lima'], null)).toEqual([
    'No hour is allowed in every zone (Asia/Tokyo, America/Lima).',
  ]);
  expect(shut([], null)).toEqual(['No hour is allowed in every zone (no zone is known).']);
  const live = { liveUntil: later(60), liveSince: ago(5), recentCalls: [] };
  expect(details({ contact: live })).toEqual(['A call to this contact is under way.']);
  expect(details(called(60))).toEqual(['Less than 600 s since the last call.']);
  expect(details(called(3_600, 7_200, 10_800))).toEqual(['3 calls a day to one contact.']);
  const days = [2, 3, 4, 5, 6, 6.2, 6.4].map((day) => day * 86_400);
  expect(details(called(...days))).toEqual(['7 calls a week to one contact.']);
});

test('a scheduled campaign waits for its set time, and looks again at least now and then', () => {
  const until = (startsAt: Date | null) => {
    const verdict = decide(
      { ...open, lead: { ...lead, campaignStatus: 'scheduled', startsAt } },
      DEFAULT_SETTINGS,
    );
    return verdict.verdict === 'wait' ? verdict.until : null;
  };
  const soon = until(null);
  expect(soon?.getTime()).toBeGreaterThan(now.getTime());
  expect(until(later(86_400))).toEqual(later(86_400));
  // A time that has passed, or is about to: the row comes late.
  for (const startsAt of [ago(3_600), now, later(0.001)]) expect(until(startsAt)).toEqual(soon);
});

test('no wait ends in the past, nor at once', () => {
  const facts = { ...open, window: { open: false, nextOpeningAt: ago(10), zones: ['UTC'] } };
  const at = (nextOpeningAt: Date) => {
    const verdict = decide({ ...facts, window: { ...facts.window, nextOpeningAt } }, DEFAULT_SETTINGS);
    return verdict.verdict === 'wait' ? verdict.until.getTime() - now.getTime() : Number.NaN;
  };
  const shortest = at(ago(10));
  expect(shortest).toBeGreaterThan(0);
  expect(at(now)).toBe(shortest);
  expect(at(later(3_600))).toBe(3_600_000);
});

test('the pace holds until its instant, and not at it', () => {
  const at = (nextPaceAt: Date) => decide({ ...open, lead: { ...lead, nextPaceAt } }, DEFAULT_SETTINGS);
  expect(at(later(0.001))).toMatchObject({ rule: 'pace', until: later(0.001) });
  for (const past of [now, ago(5)]) expect(at(past)).toEqual({ verdict: 'go' });
});

test('nobody is dialled at the set end of the campaign, nor when the phone might ring after it', () => {
  const settings = { ...DEFAULT_SETTINGS, ringMarginSeconds: 10 };
  const ending = (inMs: number) => ({
    ...open,
    lead: { ...lead, campaignEndAt: new Date(now.getTime() + inMs) },
  });
  expect(decide(ending(10_000), settings)).toEqual({ verdict: 'go' });
  expect(decide(ending(9_999), settings)).toMatchObject({ verdict: 'never', rule: 'campaign_end' });
  expect(decide(ending(1), { ...settings, ringMarginSeconds: 0 })).toEqual({ verdict: 'go' });
  expect(decide(ending(0), { ...settings, ringMarginSeconds: 0 })).toMatchObject({ rule: 'campaign_end' });
});

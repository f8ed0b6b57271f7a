import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CAMPAIGN_STATUSES } from './campaign.ts';
import { GATE_RULES, type GateFacts, holdsOf } from './gate.ts';
import { LEAD_STATES } from './lead.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { spendOf } from './spend.ts';

const NOW = new Date('2026-11-20T17:00:00Z');
const DAY_MS = 86_400_000;

/** From days ago until days ahead, often within milliseconds of now. */
const instant = fc
  .oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -9 * DAY_MS, max: 9 * DAY_MS }))
  .map((ms) => new Date(NOW.getTime() + ms));
const maybe = fc.option(instant, { nil: null });
const count = fc.integer({ min: 0, max: 6 });

const facts: fc.Arbitrary<GateFacts> = fc.record({
  now: fc.constant(NOW),
  optedOut: fc.boolean(),
  window: fc.record({ open: fc.boolean(), nextOpeningAt: maybe, zones: fc.constant(['UTC']) }),
  contact: fc.record({
    liveUntil: maybe,
    liveSince: maybe,
    recentCalls: fc
      .array(instant, { maxLength: 8 })
      .map((at) => at.sort((a, b) => b.getTime() - a.getTime())),
  }),
  workspaceLines: fc.record({ inUse: count, limit: count }),
  lead: fc.option(
    fc.record({
      campaignStatus: fc.constantFrom(...CAMPAIGN_STATUSES),
      startsAt: maybe,
      leadState: fc.constantFrom(...LEAD_STATES),
      replied: fc.boolean(),
      attemptsUsed: count,
      attemptsAllowed: fc.option(count, { nil: null }),
      spend: fc
        .record({ settledCents: count, pendingCents: count, pendingCalls: count, estimatedCents: count })
        .map((sums) => spendOf({ ...sums, settledCalls: 0 }, { expectedCallCents: 2 })),
      campaignLinesInUse: count,
      campaignEndAt: maybe,
      nextPaceAt: maybe,
    }),
    { nil: null },
  ),
});

const settings = fc
  .record({
    maxAttempts: fc.integer({ min: 1, max: 6 }),
    spendLimitCents: fc.option(count, { nil: null }),
    ringSeconds: fc.integer({ min: 5, max: 120 }),
    lines: fc.integer({ min: 1, max: 6 }),
    caps: fc.record({
      perDay: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
      perWeek: fc.option(fc.integer({ min: 1, max: 6 }), { nil: null }),
      minGapSeconds: fc.integer({ min: 0, max: 86_400 }),
    }),
  })
  .map((change) => ({ ...DEFAULT_SETTINGS, ...change }));

test('case 6: whatever the facts, no wait ends now or before, and no rule is left out', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(facts, settings, (given, rules) => {
      for (const hold of holdsOf(given, rules)) {
        seen.add(hold.rule);
        if (hold.verdict === 'wait') expect(hold.until.getTime(), hold.rule).toBeGreaterThan(NOW.getTime());
      }
    }),
    { numRuns: 5_000 },
  );
  expect([...seen].sort()).toEqual([...GATE_RULES].sort());
});

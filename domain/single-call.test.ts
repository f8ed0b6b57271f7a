import { expect, test } from 'vitest';
import { DEFAULT_SINGLE_CALL_SETTINGS, holdsOfSingleCall, type SingleCallFacts } from './single-call.ts';

const NOW = new Date('2026-11-18T17:00:00.000Z');
const HOUR_MS = 3_600_000;

function facts(change: Partial<SingleCallFacts> = {}): SingleCallFacts {
  return {
    now: NOW,
    optedOut: false,
    window: { open: true, nextOpeningAt: NOW, zones: ['America/New_York'] },
    contact: { liveUntil: null, recentCalls: [] },
    workspaceLines: { inUse: 99, limit: 100 },
    ...change,
  };
}

const ago = (hours: number) => new Date(NOW.getTime() - hours * HOUR_MS);
const rulesThatHold = (change: Partial<SingleCallFacts>) =>
  holdsOfSingleCall(facts(change), DEFAULT_SINGLE_CALL_SETTINGS).map(({ verdict, rule }) => [verdict, rule]);

test('nothing holds a call in its hours to somebody who was not called', () => {
  expect(rulesThatHold({})).toEqual([]);
});

test('everything that holds is told, with its time, and what is for good comes first', () => {
  const opensAt = new Date('2026-11-19T15:00:00.000Z');
  const given = facts({
    optedOut: true,
    window: { open: false, nextOpeningAt: opensAt, zones: ['America/New_York'] },
    contact: {
      liveUntil: new Date(NOW.getTime() + HOUR_MS),
      recentCalls: [ago(0.1), ago(1), ago(2), ago(30), ago(40), ago(50), ago(60)],
    },
    workspaceLines: { inUse: 100, limit: 100 },
  });
  const before = structuredClone(given);
  const holds = holdsOfSingleCall(given, DEFAULT_SINGLE_CALL_SETTINGS);
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
  expect(holds[3]).toMatchObject({ until: new Date(ago(0.1).getTime() + 600_000) });
  expect(holds[4]).toMatchObject({ until: new Date(ago(2).getTime() + 24 * HOUR_MS) });
  expect(holds[5]).toMatchObject({ until: new Date(ago(60).getTime() + 7 * 24 * HOUR_MS) });
  // Neither the facts nor the defaults are changed by looking.
  expect(given).toEqual(before);
  expect(DEFAULT_SINGLE_CALL_SETTINGS.caps).toEqual({ perDay: 3, perWeek: 7, minGapSeconds: 600 });
});

test('a call that by this clock begins in the future holds by its gap, once', () => {
  const justBegun = { liveUntil: ago(-0.2), recentCalls: [ago(-0.001)] };
  expect(rulesThatHold({ contact: justBegun })).toEqual([
    ['wait', 'contact_live'],
    ['wait', 'contact_gap'],
  ]);
});

test('one call too many is held by its own rule only', () => {
  expect(rulesThatHold({ contact: { liveUntil: null, recentCalls: [ago(1), ago(2), ago(3)] } })).toEqual([
    ['wait', 'contact_day'],
  ]);
});

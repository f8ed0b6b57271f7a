import { expect, test } from 'vitest';
import { affordsCall, callsAffordable, type SpendSums, spendOf } from './spend.ts';

const sums = (change: Partial<SpendSums>): SpendSums => ({
  settledCents: 0,
  settledCalls: 0,
  pendingCents: 0,
  pendingCalls: 0,
  estimatedCents: 0,
  ...change,
});
const SETTINGS = { expectedCallCents: 20 };

test("a call is expected to cost what the setting says, and from five calls on the campaign's own average", () => {
  const expected = (change: Partial<SpendSums>) => spendOf(sums(change), SETTINGS).expectedCents;
  expect(expected({})).toBe(20);
  expect(expected({ settledCents: 400, settledCalls: 4 })).toBe(20);
  expect(expected({ settledCents: 400, settledCalls: 5 })).toBe(80);
  // Rounded up to what the database keeps.
  expect(expected({ settledCents: 100, settledCalls: 7 })).toBe(14.2858);
});

test('calls that nobody picked up make the next one cheap, never free', () => {
  const spend = spendOf(sums({ settledCalls: 50 }), SETTINGS);
  expect(spend.expectedCents).toBe(1);
  expect(callsAffordable(spend, 3)).toBe(3);
});

test('reserved is what is pending and what was never charged', () => {
  const spend = spendOf(sums({ settledCents: 10, pendingCents: 40, estimatedCents: 30 }), SETTINGS);
  expect(spend.reservedCents).toBe(70);
  expect(callsAffordable(spend, 119)).toBe(1);
  expect(callsAffordable(spend, 120)).toBe(2);
  expect(callsAffordable(spend, 79)).toBe(0);
});

test('fractions of cents that add up to the limit fit', () => {
  const spend = spendOf(sums({ settledCents: 0.1 + 0.2, settledCalls: 1, pendingCents: 0.7 }), SETTINGS);
  expect(callsAffordable(spend, 21)).toBe(1);
});

test('calls in flight make room only where the rest leaves some', () => {
  const afford = (change: Partial<SpendSums>) => affordsCall(spendOf(sums(change), SETTINGS), 100);
  expect(afford({ settledCents: 80 })).toBe('yes');
  expect(afford({ settledCents: 80, pendingCents: 1, pendingCalls: 1 })).toBe('perhaps');
  expect(afford({ settledCents: 81, pendingCents: 1, pendingCalls: 1 })).toBe('no');
  expect(afford({ settledCents: 60, estimatedCents: 21 })).toBe('no');
  expect(affordsCall(spendOf(sums({ settledCents: 1e9 }), SETTINGS), null)).toBe('yes');
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Elapsed, Permit } from './permit.ts';

const NOON = Date.parse('2026-11-18T17:00:00.000Z');
let wallMs: number;
let monotonicMs: number;

beforeEach(() => {
  wallMs = NOON;
  monotonicMs = 5_000;
  vi.spyOn(Date, 'now').mockImplementation(() => wallMs);
  vi.spyOn(performance, 'now').mockImplementation(() => monotonicMs);
});

afterEach(() => {
  vi.restoreAllMocks();
});

function permit(closesInMs: number | null, marginMs = 10_000): Permit {
  const judgedAt = new Date(NOON - 3_600_000);
  const closesAt = closesInMs === null ? null : new Date(judgedAt.getTime() + closesInMs);
  return new Permit({ judgedAt, sinceJudged: new Elapsed(), closesAt, marginMs });
}

function pass(ms: number): void {
  wallMs += ms;
  monotonicMs += ms;
}

test('is good for a second, by whichever clock has moved further', () => {
  const steady = permit(null);
  pass(1_000);
  expect(steady.isValid()).toBe(true);
  pass(1);
  expect(steady.isValid()).toBe(false);
  // A machine that was suspended: its monotonic clock stood still.
  const suspended = permit(null);
  wallMs += 1_001;
  expect(suspended.isValid()).toBe(false);
  // A wall clock that was set back hides how long it took.
  const setBack = permit(null);
  wallMs -= 60_000;
  expect(setBack.isValid()).toBe(false);
  const stopped = permit(null);
  monotonicMs += 1_001;
  expect(stopped.isValid()).toBe(false);
});

test('is good only while the phone still rings inside the hours, to the millisecond', () => {
  const last = permit(10_000);
  expect(last.isValid()).toBe(true);
  pass(1);
  expect(last.isValid()).toBe(false);
  expect(last.closesInMs).toBe(9_999);
  expect(permit(9_999).isValid()).toBe(false);
  expect(permit(null).closesInMs).toBe(Number.POSITIVE_INFINITY);
});

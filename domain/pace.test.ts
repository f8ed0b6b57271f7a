import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

const NOW_MS = 1_000_000;

function takenAt(pace: Pace, nowMs: number): number {
  let taken = 0;
  while (pace.take(nowMs)) taken += 1;
  return taken;
}

test('gives a second of turns at once, and then no more than the rate', () => {
  const pace = new Pace(10, NOW_MS);
  expect(takenAt(pace, NOW_MS)).toBe(10);
  let taken = 0;
  for (let ms = 0; ms <= 60_000; ms += 137) taken += takenAt(pace, NOW_MS + ms);
  expect(taken).toBeGreaterThanOrEqual(598);
  expect(taken).toBeLessThanOrEqual(600);
  // Turns that nobody took are not saved up.
  expect(takenAt(pace, NOW_MS + 3_600_000)).toBe(10);
});

test('below one a second, the next turn comes after the whole interval', () => {
  const pace = new Pace(0.05, NOW_MS);
  expect(takenAt(pace, NOW_MS)).toBe(1);
  expect(pace.nextAtMs(NOW_MS)).toBe(NOW_MS + 20_000);
  expect(takenAt(pace, NOW_MS + 19_999)).toBe(0);
  expect(takenAt(pace, NOW_MS + 20_000)).toBe(1);
});

test('at the time it names there is a turn, whatever the rate; at a high rate several come together', () => {
  for (const rate of [0.05, 0.3, 1, 1.7, 3, 20, 100, 100_000]) {
    const pace = new Pace(rate, NOW_MS);
    let nowMs = NOW_MS;
    for (let round = 0; round < 50; round += 1) {
      takenAt(pace, nowMs);
      const nextMs = pace.nextAtMs(nowMs);
      expect(nextMs, `at ${rate}`).toBeGreaterThan(nowMs);
      nowMs = nextMs;
      const taken = takenAt(pace, nowMs);
      expect(taken, `at ${rate}`).toBeGreaterThanOrEqual(Math.max(1, Math.floor(rate / 2)));
    }
  }
});

test('a lower rate takes saved turns away, a clock that goes back gives none', () => {
  const pace = new Pace(50, NOW_MS);
  pace.perSecond = 2;
  expect(takenAt(pace, NOW_MS)).toBe(2);
  expect(takenAt(pace, NOW_MS - 60_000)).toBe(0);
  expect(takenAt(pace, NOW_MS)).toBe(0);
});

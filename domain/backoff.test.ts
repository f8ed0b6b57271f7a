import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

const bounds = { firstMs: 1_000, limitMs: 60_000 };

test('doubles with every failure, up to its limit', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 40].map((failures) =>
    backoffMs(failures, { ...bounds, chance: 1 }),
  );
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('the last quarter is random, so that none comes sooner than three quarters of it', () => {
  const delays = [0, 0.5, 1].map((chance) => backoffMs(3, { ...bounds, chance }));
  expect(delays).toEqual([3_000, 3_500, 4_000]);
  // No limit is passed by chance.
  expect(backoffMs(20, { ...bounds, chance: 0 })).toBe(45_000);
});

test('is the first delay before any failure, and in whole milliseconds', () => {
  expect(backoffMs(0, { ...bounds, chance: 1 })).toBe(1_000);
  expect(backoffMs(1, { firstMs: 333, limitMs: 1_000, chance: 0.1 })).toBe(258);
});

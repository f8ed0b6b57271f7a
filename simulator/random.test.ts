import { expect, test } from 'vitest';
import { between, digest, pickWeighted, seededRandom } from './random.ts';

test('seededRandom repeats for the same parts and keeps parts apart', () => {
  const draw = (...parts: Array<string | number>) => {
    const random = seededRandom(...parts);
    return Array.from({ length: 5 }, () => random());
  };
  expect(draw('a', 1)).toEqual(draw('a', 1));
  expect(draw('a', 1)).not.toEqual(draw('a', 2));
  expect(draw('a', '1b')).not.toEqual(draw('a1', 'b'));
  expect(digest('a', 1)).not.toBe(digest('a1'));
});

test('seededRandom is even over [0, 1)', () => {
  const random = seededRandom('even');
  const buckets = new Array<number>(10).fill(0);
  for (let draws = 0; draws < 10_000; draws += 1) {
    const value = random();
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThan(1);
    buckets[Math.floor(value * 10)] = (buckets[Math.floor(value * 10)] ?? 0) + 1;
  }
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('the first draws of neighbouring seeds are even, too', () => {
  let below = 0;
  for (let seed = 0; seed < 4000; seed += 1) if (seededRandom('first', seed)() < 0.25) below += 1;
  expect(Math.abs(below - 1000)).toBeLessThan(120);
});

test('between reaches both ends, pickWeighted never a weight of zero', () => {
  const random = seededRandom('ends');
  const drawn = new Set(Array.from({ length: 200 }, () => between(random, 3, 5)));
  expect([...drawn].sort()).toEqual([3, 4, 5]);
  const picked = new Set(Array.from({ length: 200 }, () => pickWeighted(random, { a: 1, never: 0, b: 3 })));
  expect([...picked].sort()).toEqual(['a', 'b']);
});

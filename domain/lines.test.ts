import { expect, test } from 'vitest';
import { LinePool } from './lines.ts';

const empty = (limit: number) => LinePool.empty({ limit, firstLine: 1 });

test('has no free line at the limit, also after it was lowered', () => {
  const pool = empty(2);
  pool.take('a', 1);
  pool.take('b', 1);
  pool.limit = 1;
  expect(pool.free).toBe(0);
  expect(pool.release('a', 1)).toBe(true);
  expect(pool.free).toBe(0);
  expect(pool.release('b', 2)).toBe(true);
  expect(pool.take('c', 2)).toEqual({ leadId: 'c', line: 3 });
  expect(pool.free).toBe(0);
});

test('a line given back twice, or late, frees nothing else', () => {
  const pool = empty(1);
  const first = pool.take('a', 1);
  expect(pool.release('a', first.line)).toBe(true);
  expect(pool.release('a', first.line)).toBe(false);
  const second = pool.take('a', 2);
  expect(pool.release('a', first.line)).toBe(false);
  expect(pool.inUse).toBe(1);
  expect(pool.release('a', second.line)).toBe(true);
});

test('a line of an earlier pool is counted once, and freed by whatever number it had', () => {
  const pool = empty(3);
  pool.take('a', 1);
  pool.adopt('a', 2);
  pool.adopt('b', 2);
  expect(pool.inUse).toBe(2);
  expect(pool.release('b', 77)).toBe(true);
  expect(pool.release('a', 77)).toBe(false);
});

test('carries everything over', () => {
  const pool = empty(3);
  pool.take('a', 10);
  pool.take('b', 20);
  const next = new LinePool(JSON.parse(JSON.stringify(pool.carry())));
  expect(next.carry()).toEqual(pool.carry());
  expect(next.take('c', 30)).toEqual({ leadId: 'c', line: 3 });
  expect(next.heldSinceBefore(20)).toEqual(['a']);
  expect(next.oldestSinceMs()).toBe(10);
  expect(next.holds('b')).toBe(true);
  next.drop('b');
  expect(next.holds('b')).toBe(false);
});

test('a line that is still needed counts as held from then, and one that nobody holds stays so', () => {
  const pool = empty(2);
  pool.take('a', 1_000);
  pool.extend('a', 5_000);
  pool.extend('b', 5_000);
  expect(pool.inUse).toBe(1);
  expect(pool.heldSinceBefore(5_000)).toEqual([]);
  expect(pool.heldSinceBefore(5_001)).toEqual(['a']);
});

import { expect, test } from 'vitest';
import { LinePool } from './lines.ts';

test('grants callbacks before retries before first calls, each in the order of asking', () => {
  const pool = LinePool.empty(4);
  pool.want('first', 'first');
  pool.want('retry-1', 'retry');
  pool.want('retry-2', 'retry');
  pool.want('callback', 'callback');
  const order = [1, 2, 3, 4].map((ms) => pool.grantNext(ms)?.leadId);
  expect(order).toEqual(['callback', 'retry-1', 'retry-2', 'first']);
  expect(pool.grantNext(5)).toBeNull();
});

test('never grants more than the limit, also after it was lowered', () => {
  const pool = LinePool.empty(2);
  pool.take('a', 1);
  pool.take('b', 1);
  pool.want('c', 'retry');
  pool.limit = 1;
  expect(pool.free).toBe(0);
  expect(pool.release('a', 1)).toBe(true);
  expect(pool.grantNext(2)).toBeNull();
  expect(pool.release('b', 2)).toBe(true);
  expect(pool.grantNext(2)).toEqual({ leadId: 'c', line: 3 });
});

test('a line given back twice, or late, frees nothing else', () => {
  const pool = LinePool.empty(1);
  const first = pool.take('a', 1);
  expect(pool.release('a', first.line)).toBe(true);
  expect(pool.release('a', first.line)).toBe(false);
  pool.want('a', 'retry');
  const second = pool.grantNext(2);
  expect(pool.release('a', first.line)).toBe(false);
  expect(pool.inUse).toBe(1);
  expect(pool.release('a', second?.line ?? 0)).toBe(true);
});

test('asking while holding a line gives up the old one, so that a restarted lead is not counted twice', () => {
  const pool = LinePool.empty(1);
  pool.take('a', 1);
  pool.want('a', 'retry');
  expect(pool.inUse).toBe(0);
  expect(pool.grantNext(2)).toEqual({ leadId: 'a', line: 2 });
});

test('carries everything over', () => {
  const pool = LinePool.empty(3);
  pool.take('a', 10);
  pool.want('b', 'callback');
  const next = new LinePool(JSON.parse(JSON.stringify(pool.carry())));
  expect(next.carry()).toEqual(pool.carry());
  expect(next.grantNext(11)).toEqual({ leadId: 'b', line: 2 });
  expect(next.heldSinceBefore(11)).toEqual(['a']);
  expect(next.oldestSinceMs()).toBe(10);
});

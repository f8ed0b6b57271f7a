import { expect, test } from 'vitest';
import { assertFuture, futureTime } from './set-time.ts';

const NOW = new Date('2026-03-03T10:00').getTime();

test.for([
  ['2026-03-03T10:01', true],
  ['2026-03-03T10:00', false],
  ['2025-03-03T10:01', false],
  ['', false],
  ['tomorrow', false],
] as const)('a local time must lie in the future: %s, %s', ([local, isTaken]) => {
  expect(futureTime(local, NOW)).toBe(isTaken ? new Date(local).toISOString() : null);
});

test('a time that passes during the confirmation is refused', () => {
  expect(() => assertFuture(new Date(Date.now() - 1).toISOString())).toThrow('has passed');
  expect(() => assertFuture(new Date(Date.now() + 60_000).toISOString())).not.toThrow();
});

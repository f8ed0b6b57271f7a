import { expect, test } from 'vitest';
import { assertToCome, timeToCome } from './set-time.ts';

const NOW = new Date('2026-03-03T10:00').getTime();

test.for([
  ['2026-03-03T10:01', true],
  ['2026-03-03T10:00', false],
  ['2025-03-03T10:01', false],
  ['', false],
  ['tomorrow', false],
] as const)('a local time is taken when it is to come: %s, %s', ([local, isTaken]) => {
  expect(timeToCome(local, NOW)).toBe(isTaken ? new Date(local).toISOString() : null);
});

test('a time that passed while one looked at the confirmation is refused', () => {
  expect(() => assertToCome(new Date(Date.now() - 1).toISOString())).toThrow('has passed');
  expect(() => assertToCome(new Date(Date.now() + 60_000).toISOString())).not.toThrow();
});

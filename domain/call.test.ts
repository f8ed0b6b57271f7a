import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALL_STATUSES, laterStatus, mergeReach, REACHES } from './call.ts';

test('a status never moves back, in whatever order facts come', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...CALL_STATUSES], { minLength: 1 }), (statuses) => {
      const merged = statuses.reduce(laterStatus);
      expect(statuses.every((status) => laterStatus(merged, status) === merged)).toBe(true);
      expect(statuses.toReversed().reduce(laterStatus)).toBe(merged);
    }),
  );
});

test('the first certain reach stands', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...REACHES, null)), (facts) => {
      const certain = facts.find((reach) => reach !== null && reach !== 'unknown' && reach !== 'not_placed');
      const merged = facts.reduce(mergeReach, null);
      if (certain !== undefined) expect(merged).toBe(certain);
    }),
  );
});

test('absence of evidence gives way to evidence', () => {
  expect(mergeReach('unknown', 'answered')).toBe('answered');
  expect(mergeReach('not_placed', 'busy')).toBe('busy');
  expect(mergeReach('busy', 'answered')).toBe('busy');
  expect(mergeReach('unknown', null)).toBe('unknown');
});

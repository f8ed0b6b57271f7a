import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALL_STATUSES, fullerText, laterStatus, mergeReach, REACHES, surerVerdict } from './call.ts';

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

test('the verdict that says more stands, in whatever order they come; of two that contradict, the first', () => {
  for (const sure of ['success', 'failure'] as const) {
    expect(surerVerdict('unknown', sure)).toBe(sure);
    expect(surerVerdict(sure, 'unknown')).toBe(sure);
    expect(surerVerdict(null, sure)).toBe(sure);
    expect(surerVerdict(sure, null)).toBe(sure);
  }
  expect(surerVerdict('success', 'failure')).toBe('success');
  expect(surerVerdict('failure', 'success')).toBe('failure');
  expect(surerVerdict('unknown', null)).toBe('unknown');
  expect(surerVerdict(null, null)).toBeNull();
});

test('the longer wording stands, in whatever order they come', () => {
  expect(fullerText('short', 'much longer')).toBe('much longer');
  expect(fullerText('much longer', 'short')).toBe('much longer');
  expect([fullerText('as long', 'so long'), fullerText('so long', 'as long')]).toEqual([
    'so long',
    'so long',
  ]);
  expect([fullerText(null, 'a'), fullerText('a', null), fullerText(null, null)]).toEqual(['a', 'a', null]);
  expect(fullerText('', 'a')).toBe('a');
});

test('the later status stands', () => {
  expect(laterStatus('dialling', 'ringing')).toBe('ringing');
  expect(laterStatus('ended', 'in_progress')).toBe('ended');
  expect(laterStatus('in_progress', 'in_progress')).toBe('in_progress');
});

import { describe, expect, test } from 'vitest';
import {
  answerRate,
  compareNumbers,
  ENOUGH_CALLS,
  mayJudge,
  type NumberCalls,
  type NumberState,
  numberState,
  sumCalls,
} from './number-health.ts';

const NONE: NumberCalls = { calls: 0, finished: 0, answered: 0, failed: 0 };

function calls(finished: number, answered: number, failed = 0): NumberCalls {
  return { calls: finished, finished, answered, failed };
}

function state(today: NumberCalls, before = NONE, others = NONE): NumberState {
  return numberState({ today, before, others });
}

describe('a number', () => {
  test('that has not dialled is unused, whatever others do', () => {
    expect(state(NONE, NONE, calls(500, 100))).toBe('unused');
  });

  test('that dialled on days before only is healthy', () => {
    expect(state(NONE, calls(500, 100))).toBe('healthy');
  });

  test('is not judged by few calls, nor by calls under way', () => {
    const few = calls(ENOUGH_CALLS - 1, 0, ENOUGH_CALLS - 1);
    expect([mayJudge(few), state(few, calls(500, 400))]).toEqual([false, 'healthy']);
    const underWay = { ...calls(ENOUGH_CALLS - 1, 0), calls: 1_000 };
    expect(state(underWay, calls(500, 400))).toBe('healthy');
  });

  test('is failing above a fifth of failed calls, and not at a fifth', () => {
    expect(state(calls(100, 40, 20))).toBe('healthy');
    expect(state(calls(100, 40, 21))).toBe('failing');
  });

  test('that fails and falls is failing', () => {
    expect(state(calls(100, 1, 50), calls(500, 250))).toBe('failing');
  });

  test('is falling below half of its rate of the days before, and not at half', () => {
    expect(state(calls(100, 15), calls(500, 150))).toBe('healthy');
    expect(state(calls(100, 14), calls(500, 150))).toBe('falling');
  });

  test("is falling below half of the others' rate of today", () => {
    expect(state(calls(100, 14), calls(500, 75), calls(300, 90))).toBe('falling');
    expect(state(calls(100, 15), calls(500, 75), calls(300, 90))).toBe('healthy');
  });

  test('is not held against days or numbers with few calls', () => {
    expect(state(calls(100, 0), calls(ENOUGH_CALLS - 1, 15), calls(ENOUGH_CALLS - 1, 15))).toBe('healthy');
  });

  test('is not falling where hardly anybody was to answer', () => {
    // One in fifty: of a hundred calls two answers were due, and none came.
    expect(state(calls(100, 0), calls(1_000, 20))).toBe('healthy');
    expect(state(calls(500, 4), calls(1_000, 20))).toBe('falling');
  });
});

test('a rate is of calls that are over', () => {
  expect(answerRate({ calls: 30, finished: 20, answered: 5, failed: 0 })).toBe(0.25);
  expect(answerRate({ calls: 30, finished: 0, answered: 0, failed: 0 })).toBeNull();
});

test('the worst come first, among equals the busiest of the days before', () => {
  const one = (phoneNumberId: string, of: NumberState, before = 0) => ({
    phoneNumberId,
    state: of,
    before: { ...NONE, calls: before },
  });
  const numbers = [
    one('a', 'unused'),
    one('c', 'healthy', 9),
    one('b', 'healthy', 9),
    one('d', 'healthy', 70),
    one('e', 'falling'),
    one('f', 'failing'),
  ];
  const sorted = numbers.toSorted(compareNumbers).map(({ phoneNumberId }) => phoneNumberId);
  expect(sorted).toEqual(['f', 'e', 'd', 'b', 'c', 'a']);
});

test('sums of several numbers', () => {
  expect(sumCalls([calls(3, 2, 1), { ...calls(4, 1), calls: 6 }])).toEqual({
    calls: 9,
    finished: 7,
    answered: 3,
    failed: 1,
  });
});

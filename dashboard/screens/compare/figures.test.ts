import { expect, test } from 'vitest';
import type { ComparedSide } from '../../client/generated.ts';
import { ENOUGH, FIGURES, judge } from './figures.ts';

function side(part: Partial<ComparedSide> = {}): ComparedSide {
  return {
    agentId: 'a',
    label: null,
    calls: 100,
    answered: 50,
    timeToFirstAudioMs: { mean: 400, median: 400 },
    responseMs: { mean: 900, median: 900 },
    turns: 8,
    interruptions: 1,
    wordErrorRate: null,
    checkedTalks: 0,
    rating: 4,
    ratings: ENOUGH,
    successRate: 0.5,
    talkSeconds: 3_000,
    costCents: 500,
    costPerMinuteCents: 10,
    oldestAt: null,
    newestAt: null,
    talks: [],
    ...part,
  };
}

function verdict(name: string, left: ComparedSide, right: ComparedSide) {
  const row = FIGURES.find((each) => each.name === name);
  if (row === undefined) throw new Error(`There is no figure ${name}.`);
  return judge(row, left, right);
}

test('more of a good figure and less of a bad one is better', () => {
  expect(verdict('Successful', side({ successRate: 0.6 }), side())).toBe('left');
  expect(verdict('Successful', side({ successRate: 0.4 }), side())).toBe('right');
  expect(verdict('Interruptions', side({ interruptions: 0 }), side())).toBe('left');
  expect(verdict('Cost of a minute', side({ costPerMinuteCents: 12 }), side())).toBe('right');
  expect(verdict('Successful', side(), side())).toBe('same');
});

test('there is no verdict from too few calls, or without a figure', () => {
  const few = side({ answered: ENOUGH - 1, successRate: 1 });
  expect(verdict('Successful', few, side())).toBe('too_few');
  expect(verdict('Successful', side(), few)).toBe('too_few');
  expect(verdict('Rating', side({ ratings: 3, rating: 5 }), side())).toBe('too_few');
  expect(verdict('Words misheard', side(), side())).toBe('none');
  expect(verdict('Turns', side({ turns: 2 }), side())).toBe('none');
});

import { expect, test } from 'vitest';
import { byCamelWord, byWord, camelCase } from './words.ts';

test('words become fields', () => {
  expect(['busy', 'not_placed', 'one_of_three'].map(camelCase)).toEqual(['busy', 'notPlaced', 'oneOfThree']);
  expect(byWord(['no_answer', 'busy'], ({ length }) => length)).toEqual({ no_answer: 9, busy: 4 });
  expect(byCamelWord(['no_answer', 'busy'], ({ length }) => length)).toEqual({ noAnswer: 9, busy: 4 });
});

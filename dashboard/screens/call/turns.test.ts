import { expect, test } from 'vitest';
import { pieces, turnAt } from './turns.ts';

const turn = (atSeconds: number | null) => ({ role: 'user' as const, text: '', atSeconds });

test('the current turn is the last that began; one without a time is skipped', () => {
  const turns = [turn(1), turn(5), turn(null), turn(9)];
  expect([0, 1, 4.9, 5, 8, 100].map((seconds) => turnAt(turns, seconds))).toEqual([null, 0, 0, 1, 1, 3]);
  expect(turnAt([], 5)).toBeNull();
});

test('a text is split at each match, in any case; special characters are literal', () => {
  expect(pieces('Yes. YES? no', 'yes')).toEqual([
    { text: 'Yes', found: true },
    { text: '. ', found: false },
    { text: 'YES', found: true },
    { text: '? no', found: false },
  ]);
  expect(pieces('a.b', '.')).toEqual([
    { text: 'a', found: false },
    { text: '.', found: true },
    { text: 'b', found: false },
  ]);
  expect(pieces('abc', '')).toEqual([{ text: 'abc', found: false }]);
  expect(pieces('abc', '(')).toEqual([{ text: 'abc', found: false }]);
});

import { expect, test } from 'vitest';
import { changeOf, rebased, type Word, wordOf } from './word.ts';

const nothing: Word = { converted: false, disposition: 'none', notes: '' };

test('what is told by the rules meanwhile comes into the form, and what was typed stays', () => {
  const typed = { ...nothing, notes: 'Asks for a quote' };
  const told = { ...nothing, converted: true, disposition: 'qualified' } as const;
  const now = rebased(typed, nothing, told);
  expect(now).toEqual({ converted: true, disposition: 'qualified', notes: 'Asks for a quote' });
  expect(changeOf(told, now)).toEqual({ notes: 'Asks for a quote' });
});

test('what was chosen here goes before what is told of the same', () => {
  const chosen = { ...nothing, disposition: 'wrong_person' } as const;
  const told = { ...nothing, disposition: 'qualified' } as const;
  expect(changeOf(told, rebased(chosen, nothing, told))).toEqual({ disposition: 'wrong_person' });
});

test('only what differs is sent; spaces around notes do not, and empty ones take them away', () => {
  const before = wordOf({ converted: true, disposition: null, notes: 'As before' });
  expect(changeOf(before, { ...before, notes: ' As before ' })).toEqual({});
  expect(changeOf(before, { ...before, notes: '  ' })).toEqual({ notes: null });
  expect(changeOf(before, { ...before, converted: false })).toEqual({ converted: false });
});

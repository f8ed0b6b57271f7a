import { expect, test } from 'vitest';
import { changeOf, type Mark, markOf, rebased } from './mark.ts';

const nothing: Mark = { converted: false, disposition: 'none', notes: '' };

test("the form takes over the rules' results meanwhile, and keeps what was typed", () => {
  const typed = { ...nothing, notes: 'Asks for a quote' };
  const latest = { ...nothing, converted: true, disposition: 'qualified' } as const;
  const now = rebased(typed, nothing, latest);
  expect(now).toEqual({ converted: true, disposition: 'qualified', notes: 'Asks for a quote' });
  expect(changeOf(latest, now)).toEqual({ notes: 'Asks for a quote' });
});

test('a choice in the form takes precedence over the latest value', () => {
  const chosen = { ...nothing, disposition: 'wrong_person' } as const;
  const latest = { ...nothing, disposition: 'qualified' } as const;
  expect(changeOf(latest, rebased(chosen, nothing, latest))).toEqual({ disposition: 'wrong_person' });
});

test('only differences are sent; outer spaces of notes are ignored, and empty notes remove them', () => {
  const before = markOf({ converted: true, disposition: null, notes: 'As before' });
  expect(changeOf(before, { ...before, notes: ' As before ' })).toEqual({});
  expect(changeOf(before, { ...before, notes: '  ' })).toEqual({ notes: null });
  expect(changeOf(before, { ...before, converted: false })).toEqual({ converted: false });
});

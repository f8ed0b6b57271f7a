import { expect, test } from 'vitest';
import { callsSearch, dayAt, dayOf, instantOf } from './search.ts';

const given = (raw: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(callsSearch(raw)).filter(([, value]) => value !== undefined));

test('what a URL says wrongly is as if it were not there', () => {
  const wrong = {
    status: 'gone',
    reach: 7,
    campaign: 'x',
    from: 'soon',
    to: '2026-13-99T',
    q: {},
    kind: null,
  };
  expect(given(wrong)).toEqual({});
});

test('what it says rightly stays', () => {
  const right = { q: 555, reach: 'busy', from: '2026-03-01', to: '2026-03-02T10:00:00.000Z' };
  expect(given(right)).toEqual({ ...right, q: '555' });
});

test("days are the viewer's, from their beginning, and the last one counts whole", () => {
  expect(instantOf('2026-03-31', 0)).toBe(new Date(2026, 2, 31).toISOString());
  expect(instantOf('2026-03-31', 1)).toBe(new Date(2026, 3, 1).toISOString());
  expect(instantOf('2026-03-02T10:00:00Z', 1)).toBe('2026-03-02T10:00:00.000Z');
  expect(instantOf('0000-00-00x', 0)).toBeNull();
});

test("an instant is shown by the viewer's day, a day as it is", () => {
  expect(dayAt(new Date(2026, 2, 1))).toBe('2026-03-01');
  expect(dayOf(new Date(2026, 2, 1).toISOString())).toBe('2026-03-01');
  expect(dayOf(new Date(2026, 2, 1, 23, 59).toISOString())).toBe('2026-03-01');
  expect(dayOf('2026-03-31')).toBe('2026-03-31');
});

import { expect, test } from 'vitest';
import { callsSearch, dayAt, dayOf, instantOf } from './search.ts';

const given = (raw: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(callsSearch(raw)).filter(([, value]) => value !== undefined));

test('invalid values in a URL count as absent', () => {
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

test('valid values are kept', () => {
  const right = { q: 555, reach: 'busy', from: '2026-03-01', to: '2026-03-02T10:00:00.000Z' };
  expect(given(right)).toEqual({ ...right, q: '555' });
});

test("days are in the viewer's zone, and the last one counts whole", () => {
  expect(instantOf('2026-03-31', 0)).toBe(new Date(2026, 2, 31).toISOString());
  expect(instantOf('2026-03-31', 1)).toBe(new Date(2026, 3, 1).toISOString());
  expect(instantOf('2026-03-02T10:00:00Z', 1)).toBe('2026-03-02T10:00:00.000Z');
  expect(instantOf('0000-00-00x', 0)).toBeNull();
});

test("an instant is shown as the viewer's day, a day unchanged", () => {
  expect(dayAt(new Date(2026, 2, 1))).toBe('2026-03-01');
  expect(dayOf(new Date(2026, 2, 1).toISOString())).toBe('2026-03-01');
  expect(dayOf(new Date(2026, 2, 1, 23, 59).toISOString())).toBe('2026-03-01');
  expect(dayOf('2026-03-31')).toBe('2026-03-31');
});

import { expect, test } from 'vitest';
import { type DayTotals, TOTALS } from '#db/queries/metrics.ts';
import { byWord } from '#domain/words.ts';
import { summarise } from './metrics.ts';

function day(date: string, totals: Partial<DayTotals> = {}): DayTotals {
  return { ...byWord(TOTALS, () => 0), day: date, calls: 1, ...totals };
}

test('nothing has no rate and no average', () => {
  const empty = summarise([], [], { today: '2026-03-04' });
  expect(empty).toMatchObject({ conversionRate: null, averageTalkSeconds: null, byDay: [], costCents: 0 });
});

test('weeks begin on Monday, months on the first, and tomorrow is no part of either', () => {
  const days = ['2026-02-28', '2026-03-01', '2026-03-02', '2026-03-04', '2026-03-05'].map((date) =>
    day(date),
  );
  const { today, thisWeek, thisMonth, calls } = summarise(days, [], { today: '2026-03-04' });
  expect([today.calls, thisWeek.calls, thisMonth.calls, calls.total]).toEqual([1, 2, 3, 5]);
  expect(summarise(days, [], { today: '2026-03-01' }).thisWeek.calls).toBe(2);
});

test('cents add up without the dust of fractions', () => {
  const days = [day('2026-03-01', { cost_cents: 0.1 }), day('2026-03-02', { cost_cents: 0.2 })];
  expect(summarise(days, [], { today: '2026-03-02' }).costCents).toBe(0.3);
});

test('from and to bound the sums and the days', () => {
  const days = ['2026-03-01', '2026-03-02', '2026-03-03'].map((date) => day(date, { answered: 1 }));
  const some = summarise(days, [], { today: '2026-03-03', from: '2026-03-02', to: '2026-03-02' });
  expect(some.byDay).toEqual([{ date: '2026-03-02', calls: 1, answered: 1, conversions: 0 }]);
  expect([some.calls.total, some.conversionRate, some.today.calls]).toEqual([1, 0, 1]);
});

import { expect, test } from 'vitest';
import { readLeadCsv } from '#services/leads/csv.ts';
import { fictionalNumbers, leadCsv, oneCallNumbers } from './fictional-leads.ts';

test('every row of a generated list is a lead of its own', async () => {
  const numbers = fictionalNumbers(2_000);
  const source = (async function* () {
    yield Buffer.from(leadCsv(numbers));
  })();
  const items = [];
  for await (const item of readLeadCsv(source)) items.push(item);
  expect(items.filter(({ kind }) => kind !== 'lead')).toEqual([]);
  expect(items).toHaveLength(2_000);
});

test('the largest list has no duplicate, and a larger one is refused', () => {
  const numbers = fictionalNumbers(50_000);
  expect(new Set(numbers).size).toBe(50_000);
  expect(() => fictionalNumbers(1_000_000)).toThrow(RangeError);
});

test('one-call numbers suffice for a run and are all fictional', () => {
  const numbers = oneCallNumbers();
  expect(new Set(numbers).size).toBeGreaterThan(1_500);
  expect(numbers.every((number) => /^\+1\d{3}55501\d{2}$/.test(number))).toBe(true);
});

import { expect, test } from 'vitest';
import type { Call, CallPage } from '../../client/generated.ts';
import { withHead, withPage } from './chain.ts';

const call = (number: number): Call =>
  ({ id: `c${number}`, startedAt: new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString() }) as Call;
const page = (numbers: number[], nextCursor: string | null): CallPage => ({
  items: numbers.map(call),
  nextCursor,
});
const numbers = ({ items }: CallPage) => items.map(({ id }) => Number(id.slice(1)));

test('new calls precede the known ones, and none is lost or doubled', () => {
  const merged = withHead(page([5, 4, 3, 2], 'behind 2'), page([7, 6, 5, 4], 'behind 4'));
  expect(numbers(merged)).toEqual([7, 6, 5, 4, 3, 2]);
  expect(merged.nextCursor).toBe('behind 2');
});

test('a call that left the list disappears', () => {
  const merged = withHead(page([5, 4, 3, 2], 'behind 2'), page([6, 5, 3], 'behind 3'));
  expect(numbers(merged)).toEqual([6, 5, 3, 2]);
});

test('after a gap, and when all is on one page, only the fetched rows remain', () => {
  expect(numbers(withHead(page([5, 4], 'behind 4'), page([9, 8], 'behind 8')))).toEqual([9, 8]);
  expect(numbers(withHead(page([5, 4], null), page([6, 5], null)))).toEqual([6, 5]);
  expect(numbers(withHead(undefined, page([1], null)))).toEqual([1]);
});

test('the chain of pages grows by each next cursor, and is cut where one changes', () => {
  const first = withPage([{ cursor: null, size: null }], 0, page([3, 2], 'a'));
  expect(first).toEqual([
    { cursor: null, size: 2 },
    { cursor: 'a', size: null },
  ]);
  expect(withPage(first, 0, page([3, 2], 'a'))).toBe(first);
  const second = withPage(first, 1, page([1], null));
  expect(second).toEqual([
    { cursor: null, size: 2 },
    { cursor: 'a', size: 1 },
  ]);
  expect(withPage(second, 0, page([4, 3, 2], 'a'))).toEqual([
    { cursor: null, size: 3 },
    { cursor: 'a', size: 1 },
  ]);
  expect(withPage(second, 0, page([9, 8], 'b'))).toEqual([
    { cursor: null, size: 2 },
    { cursor: 'b', size: null },
  ]);
});

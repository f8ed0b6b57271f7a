import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ServiceError } from '#services/errors.ts';
import { decodeCursor, encodeCursor, toPage } from './cursor.ts';

test('a cursor comes back as the key it was made of', () => {
  expect(decodeCursor(encodeCursor(['a', '7']), [/^a$/, /^\d$/])).toEqual(['a', '7']);
  expect(decodeCursor(undefined, [/^a$/])).toBeNull();
});

test('whatever is no cursor of the list is refused, and nothing else happens', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((json) => Buffer.from(json).toString('base64url')),
      ),
      (text) => {
        expect(() => decodeCursor(text, [/^never$/])).toThrow(ServiceError);
      },
    ),
  );
  expect(() => decodeCursor(encodeCursor(['a', 'b']), [/^a$/])).toThrow(ServiceError);
});

test('a page has a next one only where there is a row more', () => {
  const page = (count: number) =>
    toPage(
      [...Array(count).keys()],
      2,
      (row) => [String(row)],
      (row) => row,
    );
  expect(page(0)).toEqual({ items: [], nextCursor: null });
  expect(page(2)).toEqual({ items: [0, 1], nextCursor: null });
  expect(page(3)).toEqual({ items: [0, 1], nextCursor: encodeCursor(['1']) });
});

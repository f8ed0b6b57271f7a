import { invalid, type ServiceError } from '#services/errors.ts';

/** Where the next page begins, opaque to callers: the sort key of the last row of this one. */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * The sort key back, checked piece by piece; null without a cursor.
 *
 * @throws Problem 422 on anything that `encodeCursor` has not made
 */
export function decodeCursor<const Checks extends readonly RegExp[]>(
  cursor: string | undefined,
  checks: Checks,
): { [Index in keyof Checks]: string } | null {
  if (cursor === undefined) return null;
  const key = parse(cursor);
  const fits =
    Array.isArray(key) &&
    key.length === checks.length &&
    checks.every((check, index) => typeof key[index] === 'string' && check.test(key[index]));
  if (!fits) throw notACursor();
  return key as { [Index in keyof Checks]: string };
}

export function notACursor(): ServiceError {
  return invalid([{ path: 'cursor', message: 'is not a cursor of this list' }]);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/** A page out of one row more than was asked for: the surplus row says that there is another page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly string[],
  toItem: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}

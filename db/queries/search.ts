import { type RawBuilder, sql } from 'kysely';

/** What the index of trigrams can find anywhere in a text: three letters or digits in a row. */
const FINDABLE = /[\p{L}\p{N}]{3}/u;
const SEEKABLE = /[\p{L}\p{N}]/u;

/** For a LIKE pattern: its own wildcards stand for themselves. */
function escaped(part: string): string {
  return part.replace(/[\\%_]/g, '\\$&');
}

/**
 * Whether a column has the text in it, in any case. What is too short for the index is sought at the beginning of
 * words only, and signs alone are found nowhere, so that no search reads a whole table.
 */
export function textHas(column: string, q: string): RawBuilder<boolean> {
  const part = escaped(q);
  const text = sql.ref(column);
  if (FINDABLE.test(q)) return sql`${text} ilike ${`%${part}%`}`;
  if (!SEEKABLE.test(q)) return sql`false`;
  return sql`(${text} ilike ${`${part}%`} or ${text} ilike ${`% ${part}%`})`;
}

/** Whether a column's E.164 number has the digits in it; fewer than three of them at its beginning. */
export function numberHas(column: string, q: string): RawBuilder<boolean> {
  const number = sql.ref(column);
  if (FINDABLE.test(q)) return sql`${number} like ${`%${escaped(q)}%`}`;
  const digits = /^\+?(\d{1,2})$/.exec(q)?.[1];
  return digits === undefined ? sql`false` : sql`${number} like ${`+${digits}%`}`;
}

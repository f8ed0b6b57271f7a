import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../client.ts';

/** What a trigram index can find anywhere in a text: three letters or digits in a row. */
const FINDABLE = /[\p{L}\p{N}]{3}/u;
const SEARCHABLE = /[\p{L}\p{N}]/u;

/** Up to this many matches are looked up by id. With more, walking along the list soon fills a page. */
export const FEW = 2_000;

/** Where leads are searched, besides their numbers. */
type SearchedColumn = 'name' | 'email';

/** For a LIKE pattern: its own wildcards stand for themselves. */
function escaped(part: string): string {
  return part.replace(/[\\%_]/g, '\\$&');
}

/**
 * Whether a column has the text in it, in any case. What is too short for the index is searched at the
 * beginning of words only, and signs alone are found nowhere, so that no search reads a whole table.
 */
function textHas(column: string, q: string): RawBuilder<boolean> {
  const part = escaped(q);
  const text = sql.ref(column);
  if (FINDABLE.test(q)) return sql`${text} ilike ${`%${part}%`}`;
  if (!SEARCHABLE.test(q)) return sql`false`;
  return sql`(${text} ilike ${`${part}%`} or ${text} ilike ${`% ${part}%`})`;
}

/** Whether a column's E.164 number contains the digits; fewer than three must stand at its beginning. */
export function numberHas(column: string, q: string): RawBuilder<boolean> {
  const number = sql.ref(column);
  if (FINDABLE.test(q)) return sql`${number} like ${`%${escaped(q)}%`}`;
  const digits = /^\+?(\d{1,2})$/.exec(q)?.[1];
  return digits === undefined ? sql`false` : sql`${number} like ${`+${digits}%`}`;
}

/** Whether a lead's number or one of the columns contains this. */
export function leadHas(q: string, columns: readonly SearchedColumn[]): RawBuilder<boolean> {
  const parts = [...columns.map((column) => textHas(`leads.${column}`, q)), numberHas('leads.phone', q)];
  return sql<boolean>`(${sql.join(parts, sql` or `)})`;
}

/**
 * Runs searches by trigram index. The planner cannot know how many rows contain a text, and would read the whole
 * table when it expects many.
 */
export async function searching<T>(db: Db, search: (tx: Tx) => Promise<T>): Promise<T> {
  return await db.transaction().execute(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx);
    return await search(tx);
  });
}

/** Ids of the leads that contain this, in no order; null when there are more than `FEW`. */
export async function seekLeads(
  tx: Tx,
  q: string,
  { campaignId, columns }: { campaignId: string | undefined; columns: readonly SearchedColumn[] },
): Promise<string[] | null> {
  let query = tx.selectFrom('leads').select('id').where(leadHas(q, columns));
  if (campaignId !== undefined) query = query.where('campaign_id', '=', campaignId);
  const rows = await query.limit(FEW + 1).execute();
  return rows.length > FEW ? null : rows.map(({ id }) => id);
}

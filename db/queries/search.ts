import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../client.ts';

/** What the index of trigrams can find anywhere in a text: three letters or digits in a row. */
const FINDABLE = /[\p{L}\p{N}]{3}/u;
const SEEKABLE = /[\p{L}\p{N}]/u;

/**
 * So many rows are looked up one by one; when more fit, so do so many of any list that a page is soon filled by
 * walking along it.
 */
export const FEW = 2_000;

/** Where leads are sought, besides their numbers. */
type SoughtColumn = 'name' | 'email';

/** For a LIKE pattern: its own wildcards stand for themselves. */
function escaped(part: string): string {
  return part.replace(/[\\%_]/g, '\\$&');
}

/**
 * Whether a column has the text in it, in any case. What is too short for the index is sought at the beginning of
 * words only, and signs alone are found nowhere, so that no search reads a whole table.
 */
function textHas(column: string, q: string): RawBuilder<boolean> {
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

/** Whether a lead has this in its number or one of the columns. */
export function leadHas(q: string, columns: readonly SoughtColumn[]): RawBuilder<boolean> {
  const parts = [...columns.map((column) => textHas(`leads.${column}`, q)), numberHas('leads.phone', q)];
  return sql<boolean>`(${sql.join(parts, sql` or `)})`;
}

/**
 * Runs searches by the indexes of trigrams. The planner cannot know how many rows have a text in them, and reads the
 * whole table when it expects many: here it may not.
 */
export async function searching<T>(db: Db, search: (tx: Tx) => Promise<T>): Promise<T> {
  return await db.transaction().execute(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx);
    return await search(tx);
  });
}

/** Ids of the leads with this in them, in no order; null when there are more than a few. */
export async function seekLeads(
  tx: Tx,
  q: string,
  { campaignId, columns }: { campaignId: string | undefined; columns: readonly SoughtColumn[] },
): Promise<string[] | null> {
  let query = tx.selectFrom('leads').select('id').where(leadHas(q, columns));
  if (campaignId !== undefined) query = query.where('campaign_id', '=', campaignId);
  const rows = await query.limit(FEW + 1).execute();
  return rows.length > FEW ? null : rows.map(({ id }) => id);
}

import { sql } from 'kysely';
import type { Db, Tx } from '../client.ts';
import type { Lead } from './leads.ts';
import { numberHas, textHas } from './search.ts';

/**
 * So many rows are looked up one by one; when more fit, so do so many of any list that a page is soon filled by
 * walking along it.
 */
export const FEW = 2_000;

/**
 * Runs searches by the indexes of trigrams. The planner cannot know how many rows have a text in them, and takes
 * to reading the whole table when it thinks of many: here it may not.
 */
export async function searching<T>(db: Db, search: (tx: Tx) => Promise<T>): Promise<T> {
  return await db.transaction().execute(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx);
    return await search(tx);
  });
}

/** Where leads are sought, besides their numbers. */
type SoughtColumn = 'name' | 'email';

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

/** Whether a lead has this in its number or one of the columns. */
export function leadHas(q: string, columns: readonly SoughtColumn[]) {
  const parts = [...columns.map((column) => textHas(`leads.${column}`, q)), numberHas('leads.phone', q)];
  return sql<boolean>`(${sql.join(parts, sql` or `)})`;
}

/** A lead with the name of its campaign. */
export interface FoundLead extends Lead {
  campaign_name: string;
}

/** Leads of every campaign with this in them, the one added last first; one row more than `limit`, where there is one. */
export async function searchLeads(
  db: Db,
  q: string,
  page: { before: string | null; limit: number },
): Promise<FoundLead[]> {
  const columns = ['name', 'email'] as const;
  const few = await searching(db, (tx) => seekLeads(tx, q, { campaignId: undefined, columns }));
  let query = db
    .selectFrom('leads')
    .innerJoin('campaigns', 'campaigns.id', 'leads.campaign_id')
    .selectAll('leads')
    .select('campaigns.name as campaign_name')
    .where(few === null ? leadHas(q, columns) : sql<boolean>`leads.id = any(${few}::uuid[])`);
  if (page.before !== null) query = query.where('leads.id', '<', page.before);
  return await query
    .orderBy('leads.id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

import { sql } from 'kysely';
import type { Db } from '../client.ts';
import { type Call, callsOf } from './calls.ts';
import { type Lead, listLeads } from './leads.ts';

const PAGE = 1_000;

/** A campaign's leads in the order in which they were added, page by page: memory holds one page. */
export async function* pagesOfLeads(db: Db, campaignId: string): AsyncGenerator<Lead[]> {
  for (let after: string | null = null; ; ) {
    const rows: Lead[] = (await listLeads(db, campaignId, {}, { after, limit: PAGE })).slice(0, PAGE);
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.id ?? null;
    if (rows.length < PAGE) return;
  }
}

/** A campaign's calls, oldest first, page by page. What begins meanwhile comes last. */
export async function* pagesOfCalls(db: Db, campaignId: string): AsyncGenerator<Call[]> {
  for (let last: Call | undefined; ; ) {
    let query = callsOf(db).where('calls.campaign_id', '=', campaignId);
    if (last !== undefined) {
      query = query.where(sql<boolean>`(calls.started_at, calls.id) > (${last.started_at}, ${last.id})`);
    }
    const rows: Call[] = await query.orderBy('calls.started_at').orderBy('calls.id').limit(PAGE).execute();
    if (rows.length > 0) yield rows;
    last = rows.at(-1);
    if (rows.length < PAGE) return;
  }
}

/** Names of all variables that a campaign's leads have, in the order of the alphabet. Reads every lead once. */
export async function variableNames(db: Db, campaignId: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct variable.name from leads, lateral jsonb_object_keys(variables) as variable (name)
    where campaign_id = ${campaignId} order by variable.name`.execute(db);
  return rows.map(({ name }) => name);
}

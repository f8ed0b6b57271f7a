import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../client.ts';
import type { CallFilter } from './calls.ts';
import { FEW, leadHas, searching, seekLeads } from './lead-search.ts';
import { numberHas } from './search.ts';

/**
 * The condition that a call is with a person whose number or name has this in it, or has it for its provider's id.
 * The people are sought first, because no index of calls knows their names.
 */
export async function callHas(
  db: Db,
  q: string,
  { campaignId, attribution }: Pick<CallFilter, 'campaignId' | 'attribution'>,
): Promise<RawBuilder<boolean>> {
  const { leads, others } = await searching(db, async (tx) => ({
    leads: attribution === 'unattributed' ? [] : await seekLeads(tx, q, { campaignId, columns: ['name'] }),
    others: await seekCallsApart(tx, q, campaignId),
  }));
  const byId = sql`calls.conversation_id = ${q} or calls.call_sid = ${q}`;
  if (leads !== null && others !== null) {
    return sql`(calls.lead_id = any(${leads}::uuid[]) or calls.id = any(${others}::text[]) or ${byId})`;
  }
  // A value of the one lead, and no "exists", which would gather all such leads before the first call is looked at.
  const ofLead = sql`(select ${leadHas(q, ['name'])} from leads where leads.id = calls.lead_id)`;
  return sql`(${numberHas('calls.phone', q)} or ${byId} or ${ofLead})`;
}

/** Calls with a number of their own, no dial to a lead, whose number is the lead's. Null when there are more than a few. */
async function seekCallsApart(tx: Tx, q: string, campaignId: string | undefined): Promise<string[] | null> {
  let query = tx
    .selectFrom('calls')
    .select('id')
    .where(sql<boolean>`(attempt is null or lead_id is null)`)
    .where(numberHas('phone', q));
  if (campaignId !== undefined) query = query.where('campaign_id', '=', campaignId);
  const rows = await query.limit(FEW + 1).execute();
  return rows.length > FEW ? null : rows.map(({ id }) => id);
}

import { type Selectable, sql } from 'kysely';
import type { Reach } from '#domain/call.ts';
import type { GateRule, HoldRule } from '#domain/gate.ts';
import type { LeadOutcome, LeadState } from '#domain/lead.ts';
import type { NormalisedLead } from '#domain/lead-row.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { LeadsTable } from '../schema/leads.ts';
import { leadHas, searching, seekLeads } from './lead-search.ts';

export type Lead = Selectable<LeadsTable>;

/** Null when there is none. */
export async function findLead(db: Db | Tx, id: string): Promise<Lead | null> {
  return (await db.selectFrom('leads').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Holds the lead until the transaction ends. */
export async function lockLead(tx: Tx, id: string): Promise<Lead | null> {
  return (
    (await tx.selectFrom('leads').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()) ?? null
  );
}

/** What holds a lead that has calls to come; `none`: nothing, so that it may be called now. */
export type LeadHold = HoldRule | 'none';

export interface LeadFilter {
  state?: LeadState | undefined;
  /** Held by any of these, as `readHolds` counts them at an instant. */
  hold?: { by: readonly LeadHold[]; now: Date } | undefined;
  /** Any of these. */
  outcome?: readonly LeadOutcome[] | undefined;
  /** Of the last call. */
  reach?: Reach | undefined;
  /** Part of a name, e-mail address or number, in any case; fewer than three letters or digits: how it begins. */
  q?: string | undefined;
}

/** What holds a lead whose time has not come; one that was never looked at waits for its hours. */
export const heldBy = sql<LeadHold>`coalesce(hold_rule, 'window')`;

/** A campaign's leads in the order in which they were added; one row more than `limit`, where there is one. */
export async function listLeads(
  db: Db,
  campaignId: string,
  filter: LeadFilter,
  page: { after: string | null; limit: number },
): Promise<Lead[]> {
  let query = db.selectFrom('leads').selectAll().where('campaign_id', '=', campaignId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.reach !== undefined) query = query.where('last_reach', '=', filter.reach);
  if (filter.outcome !== undefined) query = query.where('outcome', 'in', filter.outcome);
  if (filter.hold !== undefined) {
    const { by, now } = filter.hold;
    query = query.where('state', 'in', ['waiting', 'backing_off']).where((where) => {
      const held = where.and([where('not_before', '>', now), where(heldBy, 'in', by)]);
      return by.includes('none') ? where.or([held, where('not_before', '<=', now)]) : held;
    });
  }
  if (filter.q !== undefined) {
    const { q } = filter;
    const columns = ['name', 'email'] as const;
    const few = await searching(db, (tx) => seekLeads(tx, q, { campaignId, columns }));
    query = query.where(few === null ? leadHas(q, columns) : sql<boolean>`id = any(${few}::uuid[])`);
  }
  if (page.after !== null) query = query.where('id', '>', page.after);
  return await query
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
}

/**
 * Stores what a person corrected. A lead that waits for its window is looked at again at once, because the
 * window may be another one now.
 */
export async function updateLead(
  tx: Tx,
  id: string,
  lead: Pick<NormalisedLead, 'name' | 'email' | 'timeZone' | 'zones' | 'variables'>,
  now: Date,
): Promise<Lead> {
  const held = sql<boolean>`state = 'waiting' and hold_rule = 'window'`;
  return await tx
    .updateTable('leads')
    .set({
      name: lead.name,
      email: lead.email,
      time_zone: lead.timeZone,
      zones: lead.zones,
      variables: toJson(lead.variables),
      not_before: sql<Date>`case when ${held} then ${now} else not_before end`,
      hold_rule: sql<GateRule | null>`case when ${held} then null else hold_rule end`,
      hold_detail: sql<string | null>`case when ${held} then null else hold_detail end`,
      updated_at: now,
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export interface LeadBlocks {
  optedOut: boolean;
  spentCents: number;
  /** The gate's last answer for this lead, when it was to wait. */
  lastWait: { rule: GateRule; detail: string; until: Date } | null;
}

/** What may keep a lead from being called, besides its own row and its campaign's. */
export async function readLeadBlocks(
  db: Db,
  lead: Pick<Lead, 'id' | 'phone' | 'campaign_id'>,
): Promise<LeadBlocks> {
  const { rows } = await sql<{
    opted_out: boolean;
    spent_cents: number;
    verdict: string | null;
    rule: GateRule | null;
    detail: string | null;
    until: Date | null;
  }>`
    select exists (select from opt_outs where phone = ${lead.phone}) as opted_out,
      (select coalesce(sum(cost_cents), 0) from call_totals where campaign_id = ${lead.campaign_id}) as spent_cents,
      last.verdict, last.rule, last.detail, last.until
    from (values (1)) as one
    left join lateral (
      select verdict, rule, detail, until from decisions where lead_id = ${lead.id} order by id desc limit 1
    ) as last on true`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error('A query without a condition had no row.');
  const { verdict, rule, detail, until } = row;
  const waits = verdict === 'wait' && rule !== null && until !== null;
  return {
    optedOut: row.opted_out,
    spentCents: row.spent_cents,
    lastWait: waits ? { rule, detail: detail ?? '', until } : null,
  };
}

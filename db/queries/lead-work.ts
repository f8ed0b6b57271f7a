import { type Selectable, sql } from 'kysely';
import type { Reach } from '#domain/call.ts';
import type { HoldRule } from '#domain/gate.ts';
import type { LeadOutcome, LeadState } from '#domain/lead.ts';
import { type CampaignSettings, fromStored } from '#domain/settings.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { CampaignsTable } from '../schema/campaigns.ts';

// Work on all leads of a campaign, page by page: each page is a short transaction, and the rows say what is left.

/** States in which a lead has no call under way, and can be finished for good. */
const IDLE_STATES = ['waiting', 'queued', 'backing_off'] as const satisfies readonly LeadState[];
export type IdleState = (typeof IDLE_STATES)[number];

/** The campaign's row; null when there is none. Locks nothing. */
export async function readCampaignRow(db: Db | Tx, id: string): Promise<Selectable<CampaignsTable> | null> {
  return (await db.selectFrom('campaigns').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/**
 * Finishes a page of leads that have no call under way, in the order of their ids. Those that may have a workflow are
 * marked as closing. Returns them with their earlier state.
 */
export async function finishPage(
  tx: Tx,
  page: {
    campaignId: string;
    state: IdleState;
    after: string | null;
    limit: number;
    outcome: LeadOutcome;
    detail: string;
    now: Date;
  },
): Promise<string[]> {
  const { campaignId, state, after, limit, outcome, detail, now } = page;
  const { rows } = await sql<{ id: string }>`
    with page as materialized (
      select id from leads
      where campaign_id = ${campaignId} and state = ${state} and id > coalesce(${after}::uuid, '00000000-0000-0000-0000-000000000000')
        and not exists (select from calls where lead_id = leads.id and status <> 'ended' and attempt is not null)
      order by id limit ${limit} for no key update
    )
    update leads set state = 'finished', outcome = ${outcome}, outcome_detail = ${detail}, finished_at = ${now},
      updated_at = ${now}, hold_rule = null, hold_detail = null, closing = ${state !== 'waiting'}
    from page where leads.id = page.id and leads.state = ${state}
    returning leads.id`.execute(tx);
  return rows.map(({ id }) => id).sort();
}

/** Leads that were finished together and whose workflows were not notified; of every campaign with null. */
export async function closingLeads(
  db: Db,
  {
    campaignId,
    before,
    after,
    limit,
  }: { campaignId: string | null; before?: Date; after: string | null; limit: number },
): Promise<string[]> {
  let query = db.selectFrom('leads').select('id').where('closing', '=', true);
  if (campaignId !== null) query = query.where('campaign_id', '=', campaignId);
  if (before !== undefined) query = query.where('updated_at', '<', before);
  if (after !== null) query = query.where('id', '>', after);
  const rows = await query.orderBy('id').limit(limit).execute();
  return rows.map(({ id }) => id);
}

/** Their workflows know that they are finished, or there is none. */
export async function markClosed(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update leads set closing = false where id = any(${[...ids]}::uuid[])`.execute(db);
}

/** A lead that is held until a time by the settings as they were. */
export interface HeldLead {
  id: string;
  zones: string[];
  rule: HoldRule;
  until: Date;
  /** How far its last attempt got, and when that ended; null when there was none. */
  reach: Reach | null;
  endedAt: Date | null;
}

/** A page of leads that these rules hold, and that were not judged by this version yet. They are locked. */
export async function lockHeldLeads(
  tx: Tx,
  page: {
    campaignId: string;
    rules: readonly HoldRule[];
    version: number;
    after: string | null;
    limit: number;
    now: Date;
  },
): Promise<HeldLead[]> {
  const { campaignId, rules, version, after, limit, now } = page;
  const { rows } = await sql<{
    id: string;
    zones: string[];
    rule: HoldRule;
    until: Date;
    reach: Reach | null;
    ended_at: Date | null;
  }>`
    with page as materialized (
      select id, zones, coalesce(hold_rule, 'window') as rule, not_before from leads
      where campaign_id = ${campaignId} and id > coalesce(${after}::uuid, '00000000-0000-0000-0000-000000000000')
        and state in ('waiting', 'backing_off') and not_before > ${now} and judged_version < ${version}
        and coalesce(hold_rule, 'window') = any(${[...rules]}::text[])
      order by id limit ${limit} for no key update
    )
    select page.id, zones, rule, not_before as until, last.reach, last.ended_at
    from page left join lateral (
      select reach, ended_at from calls
      where lead_id = page.id and attempt is not null and rule = 'retry' order by attempt desc limit 1
    ) as last on true
    order by page.id`.execute(tx);
  return rows.map(({ ended_at, ...row }) => ({ ...row, endedAt: ended_at }));
}

/** What a lead waits for from now on; without a rule it is due. */
export interface JudgedLead {
  id: string;
  until: Date;
  rule: HoldRule | null;
  detail: string | null;
}

/** Sets the new times of leads that the caller holds. */
export async function setJudgedLeads(
  tx: Tx,
  { leads, version }: { leads: readonly JudgedLead[]; version: number },
): Promise<void> {
  if (leads.length === 0) return;
  await sql`
    update leads set not_before = judged.until, hold_rule = judged.rule, hold_detail = judged.detail,
      judged_version = ${version}
    from jsonb_to_recordset(${toJson(leads)}::jsonb) as judged (id uuid, until timestamptz, rule text, detail text)
    where leads.id = judged.id`.execute(tx);
}

/** The settings of a campaign from one version to another, both included, in order. */
export async function settingsBetween(
  db: Db,
  campaignId: string,
  { from, to }: { from: number; to: number },
): Promise<CampaignSettings[]> {
  const rows = await db
    .selectFrom('campaign_settings')
    .select('settings')
    .where('campaign_id', '=', campaignId)
    .where('version', '>=', from)
    .where('version', '<=', to)
    .orderBy('version')
    .execute();
  return rows.map(({ settings }) => fromStored(settings));
}

/** All leads that wait have been judged by this version. False when there is a newer one. */
export async function markJudged(db: Db, campaignId: string, version: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('campaigns')
    .set({ judged_version: version })
    .where('id', '=', campaignId)
    .where('settings_version', '=', version)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Campaigns with work on their leads that nobody has done since an instant: settings to judge them by, or open leads
 * after a stop or a set end.
 */
export async function campaignsWithLeadWork(db: Db, { before }: { before: Date }): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from campaigns
    where updated_at < ${before} and archived_at is null and (
      (status in ('scheduled', 'running', 'paused')
        and (judged_version < settings_version or ended_at is not null or end_at < ${before}))
      or (status = 'stopped' and exists (
        select from leads where campaign_id = campaigns.id and state = any(${[...IDLE_STATES]}::text[])))
    )
    order by id`.execute(db);
  return rows.map(({ id }) => id);
}

import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import type { CampaignStatus } from '#domain/campaign.ts';
import type { HoldRule } from '#domain/gate.ts';
import { type LeadOutcome, type LeadState, OPEN_LEAD_STATES } from '#domain/lead.ts';
import { type CampaignSettings, DEFAULT_SETTINGS, fromStored } from '#domain/settings.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { CampaignsTable } from '../schema/campaigns.ts';
import type { Database } from '../schema/database.ts';
import { heldBy } from './leads.ts';

/** A campaign with the settings in force. */
export type Campaign = Selectable<CampaignsTable> & { settings: CampaignSettings };

type Joined = SelectQueryBuilder<Database, 'campaigns' | 'campaign_settings', Campaign>;

function campaigns(db: Db | Tx): Joined {
  return db
    .selectFrom('campaigns')
    .innerJoin('campaign_settings', (join) =>
      join
        .onRef('campaign_settings.campaign_id', '=', 'campaigns.id')
        .onRef('campaign_settings.version', '=', 'campaigns.settings_version'),
    )
    .selectAll('campaigns')
    .select('campaign_settings.settings');
}

/** Null when there is none. Archived ones are found too. */
export async function findCampaign(db: Db | Tx, id: string): Promise<Campaign | null> {
  const found = await campaigns(db).where('campaigns.id', '=', id).executeTakeFirst();
  return found === undefined ? null : withDefaults(found);
}

/** A version of settings that was stored before a setting existed has its default. */
function withDefaults<Row extends { settings: CampaignSettings }>(row: Row): Row {
  return { ...row, settings: fromStored(row.settings) };
}

/** Holds the campaign until the transaction ends: the gate, which reads its status under the same lock, waits. */
export async function lockCampaign(tx: Tx, id: string): Promise<Campaign | null> {
  await tx.selectFrom('campaigns').select('id').where('id', '=', id).forNoKeyUpdate().execute();
  return await findCampaign(tx, id);
}

/** Newest first, without archived ones; one row more than `limit`, where there is one. */
export async function listCampaigns(
  db: Db,
  page: { status?: CampaignStatus; before: string | null; limit: number },
): Promise<Campaign[]> {
  let query = campaigns(db).where('campaigns.archived_at', 'is', null);
  if (page.status !== undefined) query = query.where('campaigns.status', '=', page.status);
  if (page.before !== null) query = query.where('campaigns.id', '<', page.before);
  const rows = await query
    .orderBy('campaigns.id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return rows.map(withDefaults);
}

export interface NewCampaign {
  id: string;
  name: string;
  agentId: string;
  phoneNumberIds: string[];
  settings: CampaignSettings;
  now: Date;
}

/** Stores a draft with version 1 of its settings. */
export async function insertCampaign(tx: Tx, campaign: NewCampaign): Promise<void> {
  await tx
    .insertInto('campaigns')
    .values({
      id: campaign.id,
      name: campaign.name,
      agent_id: campaign.agentId,
      phone_number_ids: campaign.phoneNumberIds,
      settings_version: 1,
      judged_version: 1,
      created_at: campaign.now,
      updated_at: campaign.now,
    })
    .execute();
  await insertSettings(tx, campaign.id, 1, campaign.settings);
}

async function insertSettings(
  tx: Tx,
  id: string,
  version: number,
  settings: CampaignSettings,
): Promise<void> {
  await tx
    .insertInto('campaign_settings')
    .values({ campaign_id: id, version, settings: toJson(settings) })
    .execute();
}

export type CampaignChange = Partial<
  Pick<
    Selectable<CampaignsTable>,
    | 'name'
    | 'status'
    | 'agent_id'
    | 'phone_number_ids'
    | 'start_at'
    | 'started_at'
    | 'finished_at'
    | 'paused_at'
    | 'pause_reason'
    | 'archived_at'
    | 'judged_version'
    | 'end_at'
    | 'ended_at'
  >
>;

/** Changes a campaign that the caller holds; new settings become a new version. Returns it as it is then. */
export async function changeCampaign(
  tx: Tx,
  campaign: Campaign,
  { settings, now, ...change }: CampaignChange & { settings?: CampaignSettings; now: Date },
): Promise<Campaign> {
  const version = campaign.settings_version + (settings === undefined ? 0 : 1);
  if (settings !== undefined) await insertSettings(tx, campaign.id, version, settings);
  const changed = await tx
    .updateTable('campaigns')
    .set({ ...change, settings_version: version, updated_at: now })
    .where('id', '=', campaign.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return { ...changed, settings: settings ?? campaign.settings };
}

/** Changes a campaign that has this status. False when it has another. */
export async function changeCampaignWhile(
  tx: Tx,
  { id, status, change, now }: { id: string; status: CampaignStatus; change: CampaignChange; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('campaigns')
    .set({ ...change, updated_at: now })
    .where('id', '=', id)
    .where('status', '=', status)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Sets the instant at which a campaign ended, unless it is set. */
export async function markFinished(db: Db, id: string, now: Date): Promise<void> {
  await db
    .updateTable('campaigns')
    .set({ finished_at: now, updated_at: now })
    .where('id', '=', id)
    .where('finished_at', 'is', null)
    .execute();
}

/** The settings in force. @throws Error when there is no such campaign. */
export async function currentSettings(
  db: Db | Tx,
  campaignId: string,
): Promise<{ version: number; settings: CampaignSettings }> {
  const row = await db
    .selectFrom('campaigns')
    .innerJoin('campaign_settings', (join) =>
      join
        .onRef('campaign_settings.campaign_id', '=', 'campaigns.id')
        .onRef('campaign_settings.version', '=', 'campaigns.settings_version'),
    )
    .select(['campaign_settings.version', 'campaign_settings.settings'])
    .where('campaigns.id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return withDefaults(row);
}

/** The settings in force of several campaigns, and the default ones for what belongs to none. */
export async function settingsOf(
  db: Db | Tx,
  campaignIds: readonly (string | null)[],
): Promise<(campaignId: string | null) => CampaignSettings> {
  const known = new Map<string, CampaignSettings>();
  for (const id of new Set(campaignIds)) {
    if (id !== null) known.set(id, (await currentSettings(db, id)).settings);
  }
  return (id) => (id === null ? undefined : known.get(id)) ?? DEFAULT_SETTINGS;
}

/** What a list shows of a campaign besides its own fields. */
export interface CampaignSummary {
  leads: { total: number; finished: number };
  /** The first opening for leads that wait for their first call, which may be past; null when none waits. */
  nextOpeningAt: Date | null;
  calls: number;
  answered: number;
  conversions: number;
  costCents: number;
}

interface SummaryRow {
  campaign_id: string;
  total: number;
  finished: number;
  first_waiting: Date | null;
  calls: number;
  answered: number;
  conversions: number;
  cost_cents: number;
}

/**
 * The summary of each of these campaigns. Calls come from the stored totals, one row a day; leads are counted in
 * their index alone.
 */
export async function readSummaries(
  db: Db,
  campaignIds: readonly string[],
): Promise<Map<string, CampaignSummary>> {
  if (campaignIds.length === 0) return new Map();
  const { rows } = await sql<SummaryRow>`
    select wanted.id as campaign_id, leads.total, leads.finished, opening.first_waiting,
      sums.calls, sums.answered, sums.conversions, sums.cost_cents
    from unnest(${[...campaignIds]}::uuid[]) as wanted (id),
      lateral (
        select count(*) as total, count(*) filter (where state = 'finished') as finished
        from leads where campaign_id = wanted.id
      ) as leads,
      lateral (
        select min(not_before) as first_waiting
        from leads where campaign_id = wanted.id and state = 'waiting'
      ) as opening,
      lateral (
        select coalesce(sum(calls), 0) as calls, coalesce(sum(answered), 0) as answered,
          coalesce(sum(conversions), 0) as conversions, coalesce(sum(cost_cents), 0) as cost_cents
        from call_totals where campaign_id = wanted.id
      ) as sums`.execute(db);
  return new Map(
    rows.map((row) => [
      row.campaign_id,
      {
        leads: { total: row.total, finished: row.finished },
        nextOpeningAt: row.first_waiting,
        calls: row.calls,
        answered: row.answered,
        conversions: row.conversions,
        costCents: row.cost_cents,
      },
    ]),
  );
}

/** A campaign that should have a workflow. */
export interface AtWork {
  id: string;
  /** Since when there is a change that the workflow has not read; null when there is none from before the instant. */
  unseen_since: Date | null;
  /** It runs, and no lead is open. */
  idle: boolean;
}

/** Campaigns that should have a workflow, and have not changed since an instant. */
export async function campaignsAtWork(db: Db, before: Date): Promise<AtWork[]> {
  const { rows } = await sql<AtWork>`
    select id, case when generation > seen_generation and changed_at < ${before} then changed_at end as unseen_since,
      status = 'running' and not exists (
        select from leads where campaign_id = campaigns.id and state = any (${OPEN_LEAD_STATES})
      ) as idle
    from campaigns left join campaign_changes on campaign_changes.campaign_id = campaigns.id
    where status in ('scheduled', 'running', 'paused', 'stopped') and finished_at is null
      and updated_at < ${before}
    order by id`.execute(db);
  return rows;
}

/** Counts a change that the campaign's workflow must read. Its row is the last one to be locked in a transaction. */
export async function countChange(tx: Tx, id: string): Promise<{ generation: number; seen: number }> {
  const { rows } = await sql<{ generation: number; seen: number }>`
    insert into campaign_changes (campaign_id, generation) values (${id}, 1)
    on conflict (campaign_id) do update
      set generation = campaign_changes.generation + 1,
        changed_at = case when campaign_changes.generation > campaign_changes.seen_generation
          then campaign_changes.changed_at else clock_timestamp() end
    returning generation, seen_generation as seen`.execute(tx);
  const [counted] = rows;
  if (counted === undefined) throw new Error('A change was not counted.');
  return counted;
}

/** How many changes of the campaign are committed. */
export async function readGeneration(db: Db, id: string): Promise<number> {
  const row = await db
    .selectFrom('campaign_changes')
    .select('generation')
    .where('campaign_id', '=', id)
    .executeTakeFirst();
  return row?.generation ?? 0;
}

/** The campaign's workflow has read the database after this many changes. */
export async function markSeen(db: Db, id: string, generation: number): Promise<void> {
  await db
    .updateTable('campaign_changes')
    .set({ seen_generation: generation })
    .where('campaign_id', '=', id)
    .where('seen_generation', '<', generation)
    .execute();
}

/** Lines of the workspace that are not used by calls of others than this campaign; perhaps below zero. */
export async function readLinesLeft(db: Db, campaignId: string): Promise<number> {
  const { rows } = await sql<{ left: number }>`
    select lines - (
      select count(*) from calls where status <> 'ended' and campaign_id is distinct from ${campaignId}
    ) as left from workspace`.execute(db);
  return rows[0]?.left ?? 0;
}

/** Leads of the campaign with a call that is under way, or about to be. */
export async function readLeadsInCall(db: Db, campaignId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .select((of) => of.ref('lead_id').$notNull().as('leadId'))
    .distinct()
    .where('campaign_id', '=', campaignId)
    .where('status', '!=', 'ended')
    .where('lead_id', 'is not', null)
    .where('attempt', 'is not', null)
    .execute();
  return rows.map(({ leadId }) => leadId);
}

/** Calls of the campaign that are under way, or about to be. */
export async function countInFlight(db: Db, campaignId: string): Promise<number> {
  return (await listInFlight(db, campaignId)).length;
}

/** The ids of a campaign's calls in flight, or about to be: no more than it has lines. */
export async function listInFlight(db: Db | Tx, campaignId: string): Promise<string[]> {
  const calls = await db
    .selectFrom('calls')
    .select('id')
    .where('campaign_id', '=', campaignId)
    .where('status', '!=', 'ended')
    .orderBy('id')
    .execute();
  return calls.map(({ id }) => id);
}

/** Whether a dial of the campaign's has no conclusion yet. */
export async function hasOpenCall(db: Db, campaignId: string): Promise<boolean> {
  const call = await db
    .selectFrom('calls')
    .select('id')
    .where('campaign_id', '=', campaignId)
    .where('attempt', 'is not', null)
    .where('concluded_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return call !== undefined;
}

/** How many leads are in which state. */
export async function countLeads(db: Db, campaignId: string): Promise<{ state: LeadState; leads: number }[]> {
  return await db
    .selectFrom('leads')
    .select(['state', (select) => select.fn.countAll<number>().as('leads')])
    .where('campaign_id', '=', campaignId)
    .groupBy('state')
    .execute();
}

/** What became of the finished leads, the most frequent first. */
export async function countOutcomes(
  db: Db,
  campaignId: string,
): Promise<{ outcome: LeadOutcome; leads: number }[]> {
  return await db
    .selectFrom('leads')
    .select((select) => ['outcome', select.fn.countAll<number>().as('leads')])
    .where('campaign_id', '=', campaignId)
    .where('outcome', 'is not', null)
    .$narrowType<{ outcome: LeadOutcome }>()
    .groupBy('outcome')
    .orderBy('leads', 'desc')
    .orderBy('outcome')
    .execute();
}

/**
 * How many leads that could be called are held by which rule at `now`; null: by none. `firstWaitingAt` is when the
 * first of those that wait for their first call may be called, which may be past; null when none of them waits.
 */
export async function readHolds(
  db: Db,
  campaignId: string,
  now: Date,
): Promise<{ reason: HoldRule | null; leads: number; firstWaitingAt: Date | null }[]> {
  const { rows } = await sql<{ reason: HoldRule | null; leads: number; first_waiting: Date | null }>`
    select case when not_before > ${now} then ${heldBy} end as reason,
      count(*) as leads,
      min(not_before) filter (where state = 'waiting') as first_waiting
    from leads
    where campaign_id = ${campaignId} and state in ('waiting', 'backing_off')
    group by 1 order by 2 desc, 1`.execute(db);
  return rows.map(({ reason, leads, first_waiting }) => ({ reason, leads, firstWaitingAt: first_waiting }));
}

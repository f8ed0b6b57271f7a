import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import type { CampaignStatus } from '#domain/campaign.ts';
import type { HoldRule } from '#domain/gate.ts';
import type { LeadOutcome } from '#domain/lead.ts';
import type { CampaignSettings } from '#domain/settings.ts';
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
  return (await campaigns(db).where('campaigns.id', '=', id).executeTakeFirst()) ?? null;
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
  return await query
    .orderBy('campaigns.id', 'desc')
    .limit(page.limit + 1)
    .execute();
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

/** Calls of the campaign that are under way, or about to be. */
export async function countInFlight(db: Db | Tx, campaignId: string): Promise<number> {
  const { count } = await db
    .selectFrom('calls')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('campaign_id', '=', campaignId)
    .where('status', '!=', 'ended')
    .executeTakeFirstOrThrow();
  return count;
}

export interface LeadCounts {
  total: number;
  /** For their first call, or for a line. */
  waiting: number;
  /** Of those that wait: for a line, their turn having come. */
  queued: number;
  calling: number;
  backingOff: number;
  finished: number;
}

/** How many leads are where. */
export async function countLeads(db: Db, campaignId: string): Promise<LeadCounts> {
  const rows = await db
    .selectFrom('leads')
    .select(['state', (select) => select.fn.countAll<number>().as('leads')])
    .where('campaign_id', '=', campaignId)
    .groupBy('state')
    .execute();
  const counts: LeadCounts = { total: 0, waiting: 0, queued: 0, calling: 0, backingOff: 0, finished: 0 };
  for (const { state, leads } of rows) {
    counts.total += leads;
    switch (state) {
      case 'waiting':
        counts.waiting += leads;
        break;
      case 'queued':
        counts.waiting += leads;
        counts.queued += leads;
        break;
      case 'calling':
        counts.calling += leads;
        break;
      case 'backing_off':
        counts.backingOff += leads;
        break;
      case 'finished':
        counts.finished += leads;
        break;
    }
  }
  return counts;
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
 * How many leads that could be called are held by which rule at `now`, and when the first of those that wait for
 * their first call is held no longer; null when one may be called now, or none is left.
 */
export async function readHolds(
  db: Db,
  campaignId: string,
  now: Date,
): Promise<{ holds: { reason: HoldRule; leads: number }[]; nextOpeningAt: Date | null }> {
  const { rows } = await sql<{ reason: HoldRule | null; leads: number; first_waiting: Date | null }>`
    select case when not_before > ${now} then ${heldBy} end as reason,
      count(*) as leads,
      min(not_before) filter (where state = 'waiting') as first_waiting
    from leads
    where campaign_id = ${campaignId} and state in ('waiting', 'backing_off')
    group by 1 order by 2 desc, 1`.execute(db);
  const held = rows.flatMap(({ reason, leads }) => (reason === null ? [] : [{ reason, leads }]));
  const openings = rows.flatMap(({ first_waiting: at }) => (at === null ? [] : [at.getTime()]));
  const firstMs = openings.length === 0 ? null : Math.min(...openings);
  return {
    holds: held,
    nextOpeningAt: firstMs === null || firstMs <= now.getTime() ? null : new Date(firstMs),
  };
}

/** Has leads that wait for an opening of their hours looked at again, because the hours have changed. */
export async function releaseWindowHolds(tx: Tx, campaignId: string, now: Date): Promise<void> {
  await tx
    .updateTable('leads')
    .set({ not_before: now, hold_rule: null, hold_detail: null })
    .where('campaign_id', '=', campaignId)
    .where('state', '=', 'waiting')
    .where('hold_rule', '=', 'window')
    .execute();
}

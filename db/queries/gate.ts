import { type Insertable, type Selectable, sql } from 'kysely';
import type { GateFacts, LeadFacts } from '#domain/gate.ts';
import { DEFAULT_ONE_OFF_CALL_SETTINGS, type OneOffCallSettings } from '#domain/one-off-call.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import type { SpendSums } from '#domain/spend.ts';
import type { Db, Tx } from '../client.ts';
import type { CampaignsTable } from '../schema/campaigns.ts';
import type { DecisionsTable } from '../schema/gate.ts';
import type { LeadsTable } from '../schema/leads.ts';
import { currentSettings } from './campaigns.ts';
import { type SpendOf, spendSums } from './spend.ts';

/** A lead with its campaign and the settings in force, as the gate reads them. */
export interface LeadRows {
  campaign: Selectable<CampaignsTable>;
  lead: Selectable<LeadsTable>;
  version: number;
  settings: CampaignSettings;
}

/** Locks campaign and lead, in this order. The contact must be locked already. */
export async function lockLead(
  tx: Tx,
  { campaignId, leadId }: { campaignId: string; leadId: string },
): Promise<LeadRows> {
  const campaign = await tx
    .selectFrom('campaigns')
    .selectAll()
    .where('id', '=', campaignId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  const lead = await tx
    .selectFrom('leads')
    .selectAll()
    .where('id', '=', leadId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return { campaign, lead, ...(await currentSettings(tx, campaignId)) };
}

/** The limits that all calls share. */
export interface Workspace {
  lines: number;
  timeZone: string;
  /** The rules for one-off calls. */
  oneOffCalls: OneOffCallSettings;
}

/** Locks the workspace, so that no line is given twice; it comes last in the order of the locks. */
export async function lockWorkspace(tx: Tx): Promise<Workspace> {
  const row = await tx
    .selectFrom('workspace')
    .select(['lines', 'time_zone', 'single_call_settings'])
    .forUpdate()
    .executeTakeFirstOrThrow();
  return {
    lines: row.lines,
    timeZone: row.time_zone,
    oneOffCalls: { ...DEFAULT_ONE_OFF_CALL_SETTINGS, ...row.single_call_settings },
  };
}

/** The gate's counts, in the form of its facts; those of a lead are meaningless without one. */
export type GateCounts = Pick<GateFacts, 'optedOut' | 'contact'> &
  Pick<LeadFacts, 'replied' | 'attemptsUsed' | 'campaignLinesInUse'> & {
    spend: SpendSums;
    workspaceLinesInUse: number;
  };

/**
 * Counts for the gate, under its locks. A call that ended as unknown holds its line and its contact until its deadline:
 * it may still be under way. `besides` is a call that is not counted, since it is the one that is judged.
 */
export async function readGateCounts(
  tx: Tx,
  {
    phone,
    lead,
    spendOf,
    now,
    besides,
  }: {
    phone: string;
    lead: Selectable<LeadsTable> | null;
    spendOf: SpendOf;
    now: Date;
    besides: string | null;
  },
): Promise<GateCounts> {
  const leadId = lead?.id ?? null;
  const campaignId = lead?.campaign_id ?? null;
  const { rows } = await sql<{
    opted_out: boolean;
    replied: boolean | null;
    attempts_used: number;
    spend: SpendSums;
    live_until: Date | null;
    live_since: Date | null;
    recent: Date[] | null;
    workspace_in_use: number;
    campaign_in_use: number;
  }>`
    with alive as (
      -- Of a call past its limit nobody knows when it will end.
      select campaign_id, phone, started_at,
        case when overdue_since is null then deadline_at else greatest(deadline_at, ${now}::timestamptz + interval '1 hour') end
          as over_by
      from calls
      where (status <> 'ended' or (reach = 'unknown' and deadline_at > ${now}))
        and id is distinct from ${besides}
    )
    select
      exists (select from opt_outs where phone = ${phone}) as opted_out,
      ${lead?.replied_at ?? null}::timestamptz > coalesce(${lead?.call_requested_at ?? null}::timestamptz, '-infinity')
        and ${lead?.replied_at ?? null}::timestamptz > (
        select max(ended_at) from calls where lead_id = ${leadId} and attempt is not null
      ) as replied,
      (select count(*) from calls
        where lead_id = ${leadId} and attempt is not null and reach is distinct from 'not_placed'
          and id is distinct from ${besides}) as attempts_used,
      ${spendSums(spendOf)} as spend,
      (select max(over_by) from alive where phone = ${phone}) as live_until,
      (select min(started_at) from alive where phone = ${phone}) as live_since,
      (select array_agg(started_at order by started_at desc) from calls
        where phone = ${phone} and direction = 'outbound' and reach is distinct from 'not_placed'
          and started_at > ${new Date(now.getTime() - 7 * 86_400_000)}
          and id is distinct from ${besides}) as recent,
      (select count(*) from alive) as workspace_in_use,
      (select count(*) from alive where campaign_id = ${campaignId}) as campaign_in_use`.execute(tx);
  const counts = rows[0];
  if (counts === undefined) throw new Error('The gate read nothing.');
  return {
    optedOut: counts.opted_out,
    replied: counts.replied ?? false,
    attemptsUsed: counts.attempts_used,
    spend: counts.spend,
    contact: {
      liveUntil: counts.live_until,
      liveSince: counts.live_since,
      recentCalls: counts.recent ?? [],
    },
    workspaceLinesInUse: counts.workspace_in_use,
    campaignLinesInUse: counts.campaign_in_use,
  };
}

/** Returns the decision's id. */
export async function insertDecision(tx: Tx, decision: Insertable<DecisionsTable>): Promise<number> {
  const { id } = await tx.insertInto('decisions').values(decision).returning('id').executeTakeFirstOrThrow();
  return id;
}

/** The decision that a call was placed on. */
export async function findDecision(db: Db, id: number): Promise<Selectable<DecisionsTable> | null> {
  return (await db.selectFrom('decisions').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** The last decision about a lead; null when there is none. */
export async function findLastDecision(
  tx: Tx,
  leadId: string,
): Promise<Pick<Selectable<DecisionsTable>, 'rule' | 'decided_at'> | null> {
  const last = await tx
    .selectFrom('decisions')
    .select(['rule', 'decided_at'])
    .where('lead_id', '=', leadId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ?? null;
}

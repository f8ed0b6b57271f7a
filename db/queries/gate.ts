import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { GateFacts } from '#domain/gate.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import type { Tx } from '../client.ts';
import type { CampaignsTable } from '../schema/campaigns.ts';
import type { LeadsTable } from '../schema/leads.ts';
import { currentSettings } from './settings.ts';

/** The locked rows that the gate judges. */
export interface GateRows {
  campaign: Selectable<CampaignsTable>;
  lead: Selectable<LeadsTable>;
  version: number;
  settings: CampaignSettings;
}

/** Locks campaign, lead and workspace, in this order; the contact must be held already. */
export async function lockGateRows(tx: Tx, campaignId: string, leadId: string): Promise<GateRows> {
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

/** Calls that hold a line and their contact. One given up as unknown is taken for alive until its deadline. */
export function aliveCalls(now: Date): RawBuilder<unknown> {
  return sql`select campaign_id, phone, deadline_at from calls
    where status <> 'ended' or (reach = 'unknown' and deadline_at > ${now})`;
}

type CountedFacts = Pick<
  GateFacts,
  'optedOut' | 'replied' | 'attemptsUsed' | 'spentCents' | 'contact' | 'workspaceLines' | 'campaignLinesInUse'
>;

/** Reads the gate's counts under the locks. */
export async function readGateCounts(tx: Tx, { campaign, lead }: GateRows, now: Date): Promise<CountedFacts> {
  const workspace = await tx.selectFrom('workspace').select('lines').forUpdate().executeTakeFirstOrThrow();
  const { rows } = await sql<{
    opted_out: boolean;
    replied: boolean | null;
    attempts_used: number;
    spent_cents: number;
    live_until: Date | null;
    recent: Date[] | null;
    workspace_in_use: number;
    campaign_in_use: number;
  }>`
    with alive as (${aliveCalls(now)})
    select
      exists (select from opt_outs where phone = ${lead.phone}) as opted_out,
      ${lead.replied_at}::timestamptz > (
        select max(ended_at) from calls where lead_id = ${lead.id} and attempt is not null
      ) as replied,
      (select count(*) from calls where lead_id = ${lead.id} and attempt is not null and reach is distinct from 'not_placed') as attempts_used,
      (select coalesce(sum(cost_cents), 0) from call_totals where campaign_id = ${campaign.id}) as spent_cents,
      (select max(deadline_at) from alive where phone = ${lead.phone}) as live_until,
      (select array_agg(started_at order by started_at desc) from calls
        where phone = ${lead.phone} and direction = 'outbound' and reach is distinct from 'not_placed'
          and started_at > ${new Date(now.getTime() - 7 * 86_400_000)}) as recent,
      (select count(*) from alive) as workspace_in_use,
      (select count(*) from alive where campaign_id = ${campaign.id}) as campaign_in_use`.execute(tx);
  const counts = rows[0];
  if (counts === undefined) throw new Error('The gate read nothing.');
  return {
    optedOut: counts.opted_out,
    replied: counts.replied ?? false,
    attemptsUsed: counts.attempts_used,
    spentCents: counts.spent_cents,
    contact: { liveUntil: counts.live_until, recentCalls: counts.recent ?? [] },
    workspaceLines: { inUse: counts.workspace_in_use, limit: workspace.lines },
    campaignLinesInUse: counts.campaign_in_use,
  };
}

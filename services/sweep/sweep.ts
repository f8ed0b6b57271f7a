import { sql } from 'kysely';
import { type Db, inTransaction } from '#db/client.ts';
import { currentSettings } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { openOneOffCalls } from '#db/queries/one-off-calls.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import { callWorkflowId, campaignWorkflowId, leadWorkflowId } from '#domain/ids.ts';
import type { Context } from '../context.ts';
import { restartFollowUps } from '../follow-ups/perform.ts';
import { notifyPendingReplies } from '../leads/replies.ts';
import { askForReports } from '../messages/reports.ts';
import { restartTexts } from '../messages/send.ts';
import { restartDeliveries } from '../webhooks/deliveries.ts';
import { reached } from '../workflows.ts';
import { retellText } from './texts.ts';

export interface SweepReport {
  webhooksDelivered: number;
  leadsRestarted: number;
  deliveriesRestarted: number;
  textsRestarted: number;
  campaignsRestarted: number;
  followUpsRestarted: number;
  callsRestarted: number;
  /** Leads whose workflows were told of a reply. */
  repliesTold: number;
  /** Texts of which the carrier was asked, and which are settled now. */
  textsSettled: number;
}

/** What is younger than this may still be under way. */
const SETTLE_MS = 10_000;
const LEAD_SILENT_MS = 120_000;
const BATCH = 200;
const IDEMPOTENCY_KEPT_DAYS = 7;

/** Finds and mends what a crash between two steps left behind. Every part may run at any time, and twice. */
export function createSweeping(context: Context) {
  return {
    async sweep(): Promise<SweepReport> {
      const now = await context.now();
      const report = {
        webhooksDelivered: await deliverWebhooks(context, now),
        campaignsRestarted: await restartCampaigns(context, now),
        leadsRestarted: await restartLeads(context, now),
        deliveriesRestarted: await restartDeliveries(context, now),
        followUpsRestarted: await restartFollowUps(context, now),
        textsRestarted: await restartTexts(context, now),
        callsRestarted: await restartCalls(context, now),
        repliesTold: await notifyPendingReplies(context, {
          before: new Date(now.getTime() - SETTLE_MS),
          limit: BATCH,
        }),
        textsSettled: await askForReports(context, now),
      };
      await context.db
        .deleteFrom('idempotency_keys')
        .where('created_at', '<', new Date(now.getTime() - IDEMPOTENCY_KEPT_DAYS * 86_400_000))
        .execute();
      if (Object.values(report).some((count) => count > 0)) context.logger.warn({ ...report }, 'swept');
      return report;
    },
  };
}

/** Webhook events whose facts are merged, but of which nobody was told. */
async function deliverWebhooks(context: Context, now: Date): Promise<number> {
  const events = await context.db
    .selectFrom('webhook_events')
    .leftJoin('calls', 'calls.id', 'webhook_events.call_id')
    .select([
      'webhook_events.id',
      'provider',
      'payload',
      'calls.id as call_id',
      'calls.lead_id',
      'calls.attempt',
      'calls.status',
    ])
    .where('merged_at', 'is not', null)
    .where('signalled_at', 'is', null)
    .where('received_at', '<', new Date(now.getTime() - SETTLE_MS))
    .orderBy('received_at')
    .limit(BATCH)
    .execute();
  for (const event of events) {
    context.heartbeat();
    if (event.provider === 'twilio') await retellText(context, event.payload);
    if (event.attempt !== null && event.call_id !== null && event.status === 'ended') {
      await reached(context.workflows.callEnded(event.lead_id, event.call_id));
    }
    await context.db
      .updateTable('webhook_events')
      .set({ signalled_at: now })
      .where('id', '=', event.id)
      .execute();
  }
  return events.length;
}

/** Campaigns that the database has at work, and Temporal has not. */
async function restartCampaigns(context: Context, now: Date): Promise<number> {
  const campaigns = await context.db
    .selectFrom('campaigns')
    .select(['id', 'name', 'start_at', 'status'])
    .where('status', 'in', ['scheduled', 'running', 'paused', 'stopped'])
    .where('finished_at', 'is', null)
    .where('updated_at', '<', new Date(now.getTime() - SETTLE_MS))
    .execute();
  let restarted = 0;
  for (const { id, name, status, start_at } of campaigns) {
    context.heartbeat();
    if (await reached(context.workflows.isRunning(campaignWorkflowId(id)))) {
      await alignStatus(context, id, status);
      continue;
    }
    const { settings } = await currentSettings(context.db, id);
    const startAt = status === 'scheduled' ? start_at : null;
    await reached(context.workflows.startCampaign({ campaignId: id, name, startAt, lines: settings.lines }));
    restarted += 1;
  }
  return restarted;
}

/** Brings a running workflow in line with the database, after a message between them was lost. */
async function alignStatus(
  { workflows }: Context,
  campaignId: string,
  status: CampaignStatus,
): Promise<void> {
  const progress = await reached(workflows.progress(campaignId));
  if (progress === null) return;
  const { status: current } = progress;
  if (status === 'paused' && current === 'running') await reached(workflows.pauseCampaign(campaignId));
  if (status === 'running' && current === 'paused') await reached(workflows.resumeCampaign(campaignId));
  const isOpen = current === 'running' || current === 'paused' || current === 'scheduled';
  if (status === 'stopped' && isOpen) await reached(workflows.stopCampaign(campaignId));
}

/** Leads that are open in the database, silent for a while, and have no workflow. */
async function restartLeads(context: Context, now: Date): Promise<number> {
  const silentSince = new Date(now.getTime() - LEAD_SILENT_MS);
  const silent = await context.db
    .selectFrom('leads')
    .select(['id', 'campaign_id'])
    .where('state', 'in', ['queued', 'calling', 'backing_off'])
    .where('updated_at', '<', silentSince)
    .where('not_before', '<', silentSince)
    .orderBy('updated_at')
    .limit(BATCH)
    .execute();
  let restarted = 0;
  for (const { id, campaign_id } of silent) {
    context.heartbeat();
    const running = await reached(context.workflows.isRunning(leadWorkflowId(id)));
    if (!running) {
      const attempt = await attemptToGoOnWith(context.db, id);
      await reached(context.workflows.startLead({ leadId: id, campaignId: campaign_id, attempt }));
      restarted += 1;
    }
    await inTransaction(context.db, async (tx) => {
      // The others' turn comes first next time.
      await tx.updateTable('leads').set({ updated_at: now }).where('id', '=', id).execute();
      if (!running) await appendEvent(tx, { type: 'lead.restarted', campaignId: campaign_id, leadId: id });
    });
  }
  return restarted;
}

/** The attempt that was under way, else the one after the last. */
async function attemptToGoOnWith(db: Db, leadId: string): Promise<number> {
  const { attempt } = await db
    .selectFrom('calls')
    .select(
      sql<number>`coalesce(min(attempt) filter (where concluded_at is null), max(attempt) + 1, 1)`.as(
        'attempt',
      ),
    )
    .where('lead_id', '=', leadId)
    .executeTakeFirstOrThrow();
  return attempt;
}

/** One-off calls that are open and have no workflow. */
async function restartCalls(context: Context, now: Date): Promise<number> {
  const open = await openOneOffCalls(context.db, new Date(now.getTime() - SETTLE_MS), BATCH);
  let restarted = 0;
  for (const callId of open) {
    context.heartbeat();
    if (await reached(context.workflows.isRunning(callWorkflowId(callId)))) continue;
    await reached(context.workflows.startOneOffCall(callId));
    restarted += 1;
  }
  return restarted;
}

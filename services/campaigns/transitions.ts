import { inTransaction, type Tx } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import {
  type Campaign,
  type CampaignChange,
  changeCampaign,
  countInFlight,
  lockCampaign,
} from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { Actor } from '#domain/access.ts';
import { type CampaignAction, type CampaignRunStatus, refusal } from '#domain/campaign.ts';
import type { EventType } from '#domain/events.ts';
import { raiseAttention } from '../attention.ts';
import type { Context } from '../context.ts';
import { notFound, type ServiceError, wrongState } from '../errors.ts';
import type { CampaignStart, Reply } from '../workflows.ts';

/** Why an action is not possible on this campaign now, as the answer that says so; null when it is possible. */
export function refused(action: CampaignAction, campaign: Campaign): ServiceError | null {
  const reason =
    campaign.archived_at !== null ? 'The campaign is archived.' : refusal(action, campaign.status);
  return reason === null ? null : wrongState(reason);
}

/** The campaign, held by the transaction. @throws ServiceError 404 */
export async function holdCampaign(tx: Tx, id: string): Promise<Campaign> {
  const campaign = await lockCampaign(tx, id);
  if (campaign === null) throw notFound('campaign');
  return campaign;
}

export interface Transition {
  action: CampaignAction;
  event: EventType;
  change: (campaign: Campaign, now: Date) => CampaignChange;
}

export interface Moved {
  before: Campaign;
  campaign: Campaign;
  /** Calls under way, or about to be, when the change took effect. */
  inFlight: number;
}

/**
 * Moves a campaign to another status, in the database alone. The gate reads the status under the same lock, so
 * once this has committed it is in force: no call is placed against it, whatever becomes of any message.
 *
 * @throws ServiceError 404 or 409
 */
export async function move(
  context: Pick<Context, 'db' | 'now'>,
  actor: Actor,
  id: string,
  { action, event, change }: Transition,
): Promise<Moved> {
  return await inTransaction(context.db, async (tx) => {
    const before = await holdCampaign(tx, id);
    const problem = refused(action, before);
    if (problem !== null) throw problem;
    const now = await context.now();
    const campaign = await changeCampaign(tx, before, { ...change(before, now), now });
    const inFlight = await countInFlight(tx, id);
    await appendEvent(tx, { type: event, campaignId: id });
    await appendAudit(tx, { actor, action: event, subject: id });
    return { before, campaign, inFlight };
  });
}

/** How a campaign's workflow is started. */
export function startOf(campaign: Campaign): CampaignStart {
  return {
    campaignId: campaign.id,
    name: campaign.name,
    lines: campaign.settings.lines,
    startAt: campaign.status === 'scheduled' ? campaign.start_at : null,
  };
}

/**
 * Tells the workflow of a change that the database holds already. A missing workflow is started: it reads where
 * it stands. Silence is no failure, since the sweep tells it again. A workflow that refuses because it has seen
 * the change by itself agrees; any other refusal reaches the caller.
 *
 * @throws ServiceError 409 with the workflow's reason
 */
export async function relay(
  { workflows, logger }: Pick<Context, 'workflows' | 'logger'>,
  campaign: Campaign,
  tell: () => Promise<Reply<unknown>>,
  wanted: readonly CampaignRunStatus[],
): Promise<void> {
  const answer = await tell();
  switch (answer.kind) {
    case 'done':
      return;
    case 'refused': {
      const progress = await workflows.progress(campaign.id);
      if (progress.kind === 'done' && wanted.some((status) => status === progress.value.status)) return;
      throw wrongState(answer.reason);
    }
    case 'absent':
      await startAnew({ workflows, logger }, campaign);
      return;
    case 'silent':
      logger.warn({ campaignId: campaign.id, why: answer.why }, 'the campaign workflow was not told yet');
      return;
  }
}

async function startAnew(
  { workflows, logger }: Pick<Context, 'workflows' | 'logger'>,
  campaign: Campaign,
): Promise<void> {
  const started = await workflows.startCampaign(startOf(campaign));
  if (started.kind !== 'done') {
    logger.warn(
      { campaignId: campaign.id, answer: started.kind },
      'the campaign workflow was not started yet',
    );
  }
}

/**
 * Pauses a running campaign that cannot place calls as it is set up, and puts it before a person. False when it was
 * not running: nothing is changed then.
 */
export async function pauseBySystem(
  tx: Tx,
  { campaignId, reason, now }: { campaignId: string; reason: string; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('campaigns')
    .set({ status: 'paused', paused_at: now, pause_reason: reason, updated_at: now })
    .where('id', '=', campaignId)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await appendEvent(tx, { type: 'campaign.paused', campaignId, data: { cause: 'configuration' } });
  await raiseAttention(tx, { kind: 'campaign_fault', subject: campaignId, campaignId, detail: reason });
  return true;
}

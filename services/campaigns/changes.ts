import type { Tx } from '#db/client.ts';
import { type Campaign, countChange, findCampaign } from '#db/queries/campaigns.ts';
import type { Context } from '../context.ts';
import type { CampaignStart } from '../workflows.ts';

/**
 * Counts a change that the campaign's workflow must read from the database: of its status, its times, its settings, or
 * of when its leads are due. To be called in the transaction of the change, after every other lock; then
 * `announceChange` after the commit. An announcement that is lost is repeated by the sweep until a feed has read the
 * change. `isFirst`: no earlier change is unread; of several, one needs to be announced.
 */
export async function noteChange(tx: Tx, campaignId: string): Promise<{ isFirst: boolean }> {
  const { generation, seen } = await countChange(tx, campaignId);
  return { isFirst: generation === seen + 1 };
}

/** Has the campaign's workflow read the database. One that is missing is started, if the campaign is at work. */
export async function announceChange(
  { db, workflows, logger }: Pick<Context, 'db' | 'workflows' | 'logger'>,
  campaignId: string,
): Promise<void> {
  let { kind } = await workflows.campaignChanged(campaignId);
  if (kind === 'absent') {
    const campaign = await findCampaign(db, campaignId);
    if (campaign === null || !isAtWork(campaign)) return;
    kind = (await workflows.startCampaign(toStart(campaign))).kind;
  }
  if (kind !== 'done') {
    logger.warn({ campaignId, reply: kind }, 'the campaign workflow was not notified of a change yet');
  }
}

/** Whether the campaign should have a workflow. */
function isAtWork({ status, finished_at }: Pick<Campaign, 'status' | 'finished_at'>): boolean {
  return status !== 'draft' && status !== 'completed' && finished_at === null;
}

/** How a campaign's workflow is started. */
export function toStart(
  campaign: Pick<Campaign, 'id' | 'name' | 'status' | 'start_at' | 'settings'>,
): CampaignStart {
  return {
    campaignId: campaign.id,
    name: campaign.name,
    lines: campaign.settings.lines,
    startAt: campaign.status === 'scheduled' ? campaign.start_at : null,
  };
}

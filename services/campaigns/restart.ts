import { campaignsAtWork, currentSettings } from '#db/queries/campaigns.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import { campaignWorkflowId } from '#domain/ids.ts';
import type { Context } from '../context.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached, type Workflows } from '../workflows.ts';

/**
 * Starts the workflows of campaigns that the database has at work and that have none, and brings the others in line
 * with the database. Returns how many were started.
 */
export async function restartCampaigns(
  context: Pick<Context, 'db' | 'workflows'>,
  run: PartRun,
): Promise<number> {
  const atWork = await campaignsAtWork(context.db, run.before);
  const name = ({ id }: CampaignAtWork) => `campaign ${id}`;
  return await run.each(atWork, { name }, (campaign) => restartCampaign(context, campaign));
}

type CampaignAtWork = Awaited<ReturnType<typeof campaignsAtWork>>[number];

/** True when it was started. */
async function restartCampaign(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  { id, name, status, start_at, unseen }: CampaignAtWork,
): Promise<boolean> {
  if (await reached(workflows.isRunning(campaignWorkflowId(id)))) {
    if (unseen) await reached(workflows.campaignChanged(id));
    await align(workflows, { campaignId: id, status });
    return false;
  }
  const { settings } = await currentSettings(db, id);
  const startAt = status === 'scheduled' ? start_at : null;
  await reached(workflows.startCampaign({ campaignId: id, name, startAt, lines: settings.lines }));
  return true;
}

/** A message between the two was lost: the database is right. */
async function align(
  workflows: Workflows,
  { campaignId, status }: { campaignId: string; status: CampaignStatus },
): Promise<void> {
  const progress = await reached(workflows.progress(campaignId));
  if (progress === null) return;
  const { status: current } = progress;
  if (status === 'paused' && current === 'running') await reached(workflows.pauseCampaign(campaignId));
  if (status === 'running' && current === 'paused') await reached(workflows.resumeCampaign(campaignId));
  const isOpen = current === 'running' || current === 'paused' || current === 'scheduled';
  if (status === 'stopped' && isOpen) await reached(workflows.stopCampaign(campaignId));
}

import { campaignsAtWork, currentSettings } from '#db/queries/campaigns.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import { campaignWorkflowId } from '#domain/ids.ts';
import type { Context } from '../context.ts';
import { reached, type Workflows } from '../workflows.ts';

/**
 * Starts the workflows of campaigns that the database has at work and that have none, and brings the others in line
 * with the database. Returns how many were started.
 *
 * @throws ServiceError `unavailable` when a workflow does not answer
 */
export async function restartCampaigns(
  { db, workflows, heartbeat }: Pick<Context, 'db' | 'workflows' | 'heartbeat'>,
  { before }: { before: Date },
): Promise<number> {
  let restarted = 0;
  for (const { id, name, status, start_at, unseen } of await campaignsAtWork(db, before)) {
    heartbeat();
    if (await reached(workflows.isRunning(campaignWorkflowId(id)))) {
      if (unseen) await reached(workflows.campaignChanged(id));
      await align(workflows, { campaignId: id, status });
      continue;
    }
    const { settings } = await currentSettings(db, id);
    const startAt = status === 'scheduled' ? start_at : null;
    await reached(workflows.startCampaign({ campaignId: id, name, startAt, lines: settings.lines }));
    restarted += 1;
  }
  return restarted;
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

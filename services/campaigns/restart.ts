import { type AtWork, campaignsAtWork, findCampaign } from '#db/queries/campaigns.ts';
import { campaignWorkflowId } from '#domain/ids.ts';
import type { Context } from '../context.ts';
import { unavailable } from '../errors.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';
import { toStart } from './changes.ts';

/** A workflow that has not read a change for so long was told of it by several sweeps. */
const DEAF_MS = 60_000;

type RestartContext = Pick<Context, 'db' | 'workflows'>;

/**
 * Starts the workflows of campaigns that the database has at work and that have none, and has the others read the
 * database where they have missed a change. Returns how many were started.
 */
export async function restartCampaigns(context: RestartContext, run: PartRun): Promise<number> {
  const atWork = await campaignsAtWork(context.db, run.before);
  const name = ({ id }: AtWork) => `campaign ${id}`;
  return await run.each(atWork, { name }, (campaign) => align(context, campaign, run.now));
}

/**
 * The database is right, whatever message was lost. True when the campaign's workflow was started.
 *
 * @throws ServiceError `unavailable` when its workflow does not read what it was told of
 */
async function align(
  context: RestartContext,
  { id, unseen_since: unseenSince, idle }: AtWork,
  now: Date,
): Promise<boolean> {
  const { db, workflows } = context;
  if (!(await reached(workflows.isRunning(campaignWorkflowId(id))))) {
    const campaign = await findCampaign(db, id);
    if (campaign === null) return false;
    await reached(workflows.startCampaign(toStart(campaign)));
    return true;
  }
  // Where it is idle, its last lead was finished by somebody who did not tell it.
  if (unseenSince === null && !idle) return false;
  await reached(workflows.campaignChanged(id));
  if (unseenSince === null || now.getTime() - unseenSince.getTime() < DEAF_MS) return false;
  // Told more than once. A run of an earlier version does not know what it was told.
  const progress = await reached(workflows.progress(id));
  if (progress === null || progress.generation !== undefined) {
    throw unavailable('Its workflow does not read the changes of the campaign.');
  }
  return await handOver(context, id, progress.status);
}

/** A run of an earlier version does not know of changes. One that waits for its start has nothing to hand over. */
async function handOver({ db, workflows }: RestartContext, id: string, status: string): Promise<boolean> {
  const campaign = await findCampaign(db, id);
  if (campaign === null) return false;
  if (status !== 'scheduled') {
    await reached(workflows.leadsAdded(id));
    return false;
  }
  await reached(workflows.startCampaign({ ...toStart(campaign), replace: true }));
  return true;
}

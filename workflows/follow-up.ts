import { ActivityFailure, proxyActivities, sleep } from '@temporalio/workflow';
import type { Activities } from '#activities/create-activities.ts';
import { DATABASE_WORK, LOST_WORKER } from './shared.ts';

const { readFollowUp, abandonFollowUp } =
  proxyActivities<Pick<Activities, 'readFollowUp' | 'abandonFollowUp'>>(DATABASE_WORK);

/** Retried for three days, because a mail server may be down for that long. */
const { performFollowUp } = proxyActivities<Pick<Activities, 'performFollowUp'>>({
  startToCloseTimeout: '5 minutes',
  ...LOST_WORKER,
  scheduleToCloseTimeout: '3 days',
  retry: { initialInterval: '1 second', maximumInterval: '1 hour' },
});

/**
 * One follow-up of a call: waits until it is due, then performs it. Its history holds an id and times.
 *
 * @returns how it ended
 */
export async function followUpWorkflow({ followUpId }: { followUpId: string }): Promise<{ status: string }> {
  const { dueAt } = await readFollowUp({ followUpId });
  if (dueAt === null) {
    // It was settled before, but a crash may have kept its result from being handed on: performing it again does that.
    return await performFollowUp({ followUpId });
  }
  const untilDueMs = new Date(dueAt).getTime() - Date.now();
  if (untilDueMs > 0) await sleep(untilDueMs, { summary: 'until it is due' });
  try {
    return await performFollowUp({ followUpId });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    await abandonFollowUp({ followUpId });
    return { status: 'failed' };
  }
}

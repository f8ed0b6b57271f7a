import { ActivityFailure, sleep } from '@temporalio/workflow';
import { followingUp, records } from './activities.ts';

/**
 * One thing that follows a call: waits until it is due, then does it. Its history holds an id and times.
 *
 * @returns how it ended
 */
export async function followUpWorkflow({ followUpId }: { followUpId: string }): Promise<{ status: string }> {
  const { dueAt } = await records.readFollowUp({ followUpId });
  if (dueAt === null) {
    // It may have been written down, and cut off before it was handed on.
    return await followingUp.performFollowUp({ followUpId });
  }
  const untilDueMs = new Date(dueAt).getTime() - Date.now();
  if (untilDueMs > 0) await sleep(untilDueMs, { summary: 'until it is due' });
  try {
    return await followingUp.performFollowUp({ followUpId });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    await records.abandonFollowUp({ followUpId });
    return { status: 'failed' };
  }
}

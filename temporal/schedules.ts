import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { SWEEP_SCHEDULE_ID, SWEEP_WORKFLOW_ID, SYNC_SCHEDULE_ID, SYNC_WORKFLOW_ID } from '#domain/ids.ts';
import type { sweepWorkflow, syncWorkflow } from '#workflows/index.ts';

interface Schedule {
  scheduleId: string;
  taskQueue: string;
  everyMs: number;
}

/** Schedules the sweep at the configured interval, never two at once. */
export async function ensureSweepSchedule(client: Client, taskQueue: string, everyMs: number): Promise<void> {
  const args: Parameters<typeof sweepWorkflow> = [];
  const workflow = { workflowType: 'sweepWorkflow', workflowId: SWEEP_WORKFLOW_ID, args };
  await ensureSchedule(client, { scheduleId: SWEEP_SCHEDULE_ID, taskQueue, everyMs }, workflow);
}

/** Schedules the synchronisation of the provider's conversations, never two at once. */
export async function ensureSyncSchedule(client: Client, taskQueue: string, everyMs: number): Promise<void> {
  const args: Parameters<typeof syncWorkflow> = [{ since: null }];
  const workflow = { workflowType: 'syncWorkflow', workflowId: SYNC_WORKFLOW_ID, args };
  await ensureSchedule(client, { scheduleId: SYNC_SCHEDULE_ID, taskQueue, everyMs }, workflow);
}

async function ensureSchedule(
  client: Client,
  { scheduleId, taskQueue, everyMs }: Schedule,
  workflow: { workflowType: string; workflowId: string; args: unknown[] },
): Promise<void> {
  const options = {
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow' as const,
      ...workflow,
      taskQueue,
      workflowRunTimeout: '1 hour' as const,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' as const },
  };
  try {
    await client.schedule.create({ scheduleId, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update((current) => ({ ...current, ...options }));
  }
}

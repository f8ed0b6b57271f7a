import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from '#activities/create-activities.ts';
import type { Context } from '#services/context.ts';

export interface WorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  workflowBundle: WorkflowBundleOption;
  context: Context;
}

/** A call waits in few activities at a time; most of them are dials that wait for their answer. */
const CONCURRENT_ACTIVITIES = 200;
const CACHED_WORKFLOWS = 600;

/** A worker for every workflow and activity of the product. */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  const { connection, namespace, taskQueue, workflowBundle, context } = options;
  return await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle,
    activities: createActivities(context),
    maxConcurrentActivityTaskExecutions: CONCURRENT_ACTIVITIES,
    maxCachedWorkflows: CACHED_WORKFLOWS,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    // A dial in flight is given its time; what is cut off is looked up by the next run, not dialled again.
    shutdownGraceTime: '10 seconds',
    shutdownForceTime: '15 seconds',
  });
}

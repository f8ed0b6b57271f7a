import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { createActivities, HEARTBEAT_MS } from '#activities/create-activities.ts';
import type { Context } from '#services/context.ts';

export interface WorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  workflowBundle: WorkflowBundleOption;
  context: Context;
}

/** A call is rarely in an activity; most of these are dials that wait for their answer. */
const CONCURRENT_ACTIVITIES = 200;
const CACHED_WORKFLOWS = 600;

/** From the beginning of a shutdown on: a dial that begins now may be cut off before its answer is there. */
const ENDING: ReadonlySet<string> = new Set(['STOPPING', 'DRAINING', 'DRAINED', 'STOPPED', 'FAILED']);

export async function createWorker(options: WorkerOptions): Promise<Worker> {
  const { connection, namespace, taskQueue, workflowBundle, context } = options;
  let worker: Worker | null = null;
  const standsBack = () =>
    worker !== null && ENDING.has(worker.getState()) ? 'This worker is shutting down.' : context.standsBack();
  worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle,
    activities: createActivities(withStandsBack(context, standsBack)),
    maxConcurrentActivityTaskExecutions: CONCURRENT_ACTIVITIES,
    maxCachedWorkflows: CACHED_WORKFLOWS,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    // By default heartbeats are held back until shortly before their timeout, and a busy worker then counts as lost.
    maxHeartbeatThrottleInterval: HEARTBEAT_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_MS,
    // What is meant for a lost worker's cache goes to the others after this.
    stickyQueueScheduleToStartTimeout: '5 seconds',
    // A dial in flight gets time to finish. One that is cut off is looked up by its retry, not dialled again.
    shutdownGraceTime: '10 seconds',
    shutdownForceTime: '15 seconds',
  });
  return worker;
}

/** Looks everything else up in the context itself, as it is at that moment. */
function withStandsBack(context: Context, standsBack: Context['standsBack']): Context {
  return new Proxy(context, {
    get: (target, name) => (name === 'standsBack' ? standsBack : Reflect.get(target, name)),
  });
}

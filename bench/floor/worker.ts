// The floor's worker, a process of its own like the product's. Announces itself to its parent; ends on
// SIGTERM or when the parent is gone.
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createFloorActivities } from './activities.ts';

export interface FloorEnv {
  TEMPORAL_ADDRESS: string;
  FLOOR_TASK_QUEUE: string;
  /** How many times faster than real life a call passes. */
  FLOOR_SPEED: string;
}

const { TEMPORAL_ADDRESS: address = '', FLOOR_TASK_QUEUE: taskQueue = '', FLOOR_SPEED = '1' } = process.env;
const logger = new DefaultLogger('WARN');
Runtime.install({ logger, shutdownSignals: ['SIGTERM', 'SIGINT'] });
const connection = await NativeConnection.connect({ address });
const clientConnection = await Connection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
    logger,
  }),
  activities: createFloorActivities({
    client: new Client({ connection: clientConnection }),
    speed: Number(FLOOR_SPEED),
  }),
  // Like the product's worker: see worker/create-worker.ts.
  maxConcurrentActivityTaskExecutions: 200,
  maxCachedWorkflows: 600,
  workflowTaskPollerBehavior: { type: 'autoscaling' },
  activityTaskPollerBehavior: { type: 'autoscaling' },
  shutdownGraceTime: '10 seconds',
  shutdownForceTime: '15 seconds',
});
process.once('disconnect', () => worker.shutdown());
process.send?.({ ready: true });
await worker.run();
await Promise.all([connection.close(), clientConnection.close()]);
process.exit(0);

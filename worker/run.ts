import { DefaultLogger, NativeConnection, Runtime, type WorkflowBundleOption } from '@temporalio/worker';
import type { Logger as PinoLogger } from 'pino';
import { activityRunner } from '#activities/runner.ts';
import { ConfigError, loadConfig } from '#config/config.ts';
import { readEnv } from '#config/env.ts';
import { createLogger } from '#config/logger.ts';
import { migrateToLatest } from '#db/migrate.ts';
import { watchClock } from '#services/clock-watch.ts';
import { type ContextParts, createContext } from '#services/context.ts';
import { startDispatch } from '#services/webhooks/dispatch.ts';
import { connectionOptions, lazyClient } from '#temporal/client.ts';
import { ensureSweepSchedule, ensureSyncSchedule } from '#temporal/schedules.ts';
import { ensureSearchAttributes } from '#temporal/search-attributes.ts';
import { ACTIVITY_DEADLINES, createWorkflows } from '#temporal/workflows.ts';
import { bundleWorkflows } from './bundle.ts';
import { createWorker } from './create-worker.ts';

/** What a test puts in the place of the product's own: parts of the context, and a bundle that is made already. */
export interface WorkerParts {
  context?: Partial<ContextParts>;
  workflowBundle?: WorkflowBundleOption;
}

/** Runs a worker as its own process until it is told to stop; a failure ends the process with code 1. */
export async function runWorker(parts: WorkerParts = {}): Promise<void> {
  try {
    await run(parts);
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else createLogger('worker', 'error').error({ err: error }, 'the worker ended');
    process.exitCode = 1;
    // Open connections keep the event loop alive.
    process.exit();
  }
}

async function run(parts: WorkerParts): Promise<void> {
  const config = loadConfig(readEnv());
  const logger = createLogger('worker', config.logLevel);
  installRuntime(logger);
  await migrateToLatest(config.databaseUrl);
  const { namespace, taskQueue } = config.temporal;
  const nativeConnection = await NativeConnection.connect(connectionOptions(config.temporal));
  const { client, connection } = lazyClient(config.temporal);
  await connection.ensureConnected();
  await ensureSearchAttributes(connection, namespace);
  await ensureSweepSchedule(client, taskQueue, config.timeouts.sweepEveryMs);
  await ensureSyncSchedule(client, taskQueue, config.timeouts.syncEveryMs);
  const workflows = createWorkflows(client, { taskQueue, deadlines: ACTIVITY_DEADLINES });
  const context = createContext(config, { workflows, logger, ...activityRunner, ...parts.context });
  const clock = await watchClock(context);
  const worker = await createWorker({
    connection: nativeConnection,
    namespace,
    taskQueue,
    workflowBundle: parts.workflowBundle ?? (await bundleWorkflows()),
    context: { ...context, standsBack: () => clock.problem ?? context.standsBack() },
  });
  const dispatch = startDispatch(context);
  process.once('disconnect', () => worker.shutdown());
  process.send?.({ ready: true });
  logger.info({ taskQueue }, 'polling');
  await worker.run();
  clock.stop();
  await dispatch.stop();
  await context.close();
  await nativeConnection.close();
  await workflows.close();
  logger.info('stopped');
  // The launcher's IPC channel keeps the process alive.
  process.exit(0);
}

/** Writes Temporal's log lines to our logger. */
function installRuntime(logger: PinoLogger): void {
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const { error, ...rest } = meta ?? {};
      logger[levels[level]]({ ...rest, sdk: true, ...(error === undefined ? {} : { err: error }) }, message);
    }),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
  });
}

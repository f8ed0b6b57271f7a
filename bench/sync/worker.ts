// The worker of the benchmark `sync`: the product's own without its rate limit, with a memory reading after
// every thousandth conversation. Announces itself to its parent; ends on SIGTERM.
import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { activityRunner } from '#activities/runner.ts';
import { loadConfig } from '#config/config.ts';
import { createLogger } from '#config/logger.ts';
import type { VoiceProvider } from '#providers/ports.ts';
import { createContext } from '#services/context.ts';
import { lazyClient } from '#temporal/client.ts';
import { ACTIVITY_DEADLINES, createWorkflows } from '#temporal/workflows.ts';
import { bundleWorkflows } from '#worker/bundle.ts';
import { createWorker } from '#worker/create-worker.ts';

export interface SyncWorkerEnv {
  DATABASE_URL: string;
  TEMPORAL_ADDRESS: string;
  TASK_QUEUE: string;
  PROVIDER_URL: string;
  /** Receives one `MemoryNote` a line. */
  MEMORY_FILE: string;
}

/** The worker's memory after a number of conversations, after garbage collection. */
export interface MemoryNote {
  conversations: number;
  residentMb: number;
  heapMb: number;
}

const NOTE_EVERY = 1_000;
const MB = 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function env(name: keyof SyncWorkerEnv): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing.`);
  return value;
}

function noting(voice: VoiceProvider, file: string): VoiceProvider {
  let conversations = 0;
  return {
    ...voice,
    async getConversation(id) {
      const facts = await voice.getConversation(id);
      conversations += 1;
      if (conversations % NOTE_EVERY === 0) {
        collectGarbage();
        const { rss, heapUsed } = process.memoryUsage();
        const note: MemoryNote = { conversations, residentMb: rss / MB, heapMb: heapUsed / MB };
        appendFileSync(file, `${JSON.stringify(note)}\n`);
      }
      return facts;
    },
  };
}

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: ['SIGTERM', 'SIGINT'] });
const address = env('TEMPORAL_ADDRESS');
const taskQueue = env('TASK_QUEUE');
const connection = await NativeConnection.connect({ address });
const config = loadConfig({
  DATABASE_URL: env('DATABASE_URL'),
  TEMPORAL_ADDRESS: address,
  TEMPORAL_TASK_QUEUE: taskQueue,
  ELEVENLABS_API_KEY: 'simulated',
  ELEVENLABS_BASE_URL: env('PROVIDER_URL'),
  ELEVENLABS_WEBHOOK_SECRET: 'unused',
});
const workflows = createWorkflows(lazyClient(config.temporal).client, {
  taskQueue,
  deadlines: ACTIVITY_DEADLINES,
});
const context = createContext(config, {
  workflows,
  logger: createLogger('worker', 'error'),
  ...activityRunner,
  syncFetchesPerSecond: Number.MAX_SAFE_INTEGER,
});
context.voice = noting(context.voice, env('MEMORY_FILE'));
const worker = await createWorker({
  connection,
  namespace: 'default',
  taskQueue,
  workflowBundle: await bundleWorkflows(),
  context,
});
process.once('disconnect', () => worker.shutdown());
process.send?.({ ready: true });
await worker.run();
await context.close();
await Promise.all([connection.close(), workflows.close()]);
process.exit(0);

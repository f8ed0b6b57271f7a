// The worker of the benchmark `sync`: the product's own, without the bound on its rate, and with a note of its memory
// at every thousandth conversation. Announces itself to its parent; ends on SIGTERM or when the parent is gone.
import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { openDatabase } from '#db/client.ts';
import { createElevenLabs } from '#providers/elevenlabs/adapter.ts';
import type { VoiceProvider } from '#providers/ports.ts';
import { createWebhookSender } from '#providers/webhooks/sender.ts';
import type { ActivityDeps } from '#services/context.ts';
import { createSignals } from '#temporal/signals.ts';
import { createStarter } from '#temporal/starter.ts';
import { bundleWorkflows } from '#worker/bundle.ts';
import { createWorker } from '#worker/create-worker.ts';

export interface SyncWorkerEnv {
  DATABASE_URL: string;
  TEMPORAL_ADDRESS: string;
  TASK_QUEUE: string;
  PROVIDER_URL: string;
  /** Takes one `MemoryNote` a line. */
  MEMORY_FILE: string;
}

/** The worker's memory after so many conversations were read, garbage collected before. */
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
const clientConnection = await Connection.connect({ address });
const client = new Client({ connection: clientConnection });
const db = openDatabase(env('DATABASE_URL'), { maxConnections: 10 });
const webhookSender = createWebhookSender({ allow: [] });
const deps: ActivityDeps = {
  db,
  voice: noting(createElevenLabs({ apiKey: 'simulated', baseUrl: env('PROVIDER_URL') }), env('MEMORY_FILE')),
  carrier: null,
  mailer: null,
  texting: null,
  webhookSender,
  starter: createStarter(client, taskQueue),
  signals: createSignals(client, taskQueue),
  patience: {
    dialTimeoutMs: 30_000,
    pollAfterMs: 90_000,
    pollEveryMs: 30_000,
    reconcileForMs: 180_000,
    callMarginMs: 60_000,
  },
  centsPerCredit: 0.02,
  syncFetchesPerSecond: Number.MAX_SAFE_INTEGER,
  now: async () => new Date(),
};
const worker = await createWorker({
  connection,
  namespace: 'default',
  taskQueue,
  workflowBundle: await bundleWorkflows(),
  deps,
});
process.once('disconnect', () => worker.shutdown());
process.send?.({ ready: true });
await worker.run();
await webhookSender.close();
await db.destroy();
await Promise.all([connection.close(), clientConnection.close()]);
process.exit(0);

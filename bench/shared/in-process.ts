import { createApp } from '#api/app.ts';
import { createEventHub } from '#api/stream/hub.ts';
import { loadConfig } from '#config/config.ts';
import { createLogger } from '#config/logger.ts';
import { hashApiKey, seedAdminKey } from '#services/access/keys.ts';
import { createContext } from '#services/context.ts';
import { lazyClient } from '#temporal/client.ts';
import { createWorkflows, REQUEST_DEADLINES } from '#temporal/workflows.ts';

/** The product's API in this process, without a network. */
export interface InProcessApi {
  /** The answer's body. @throws Error unless the status is 200 */
  read(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

const NOWHERE = '127.0.0.1:9';

/** The database is real; provider and Temporal have addresses where nothing answers. */
export async function startInProcess(databaseUrl: string): Promise<InProcessApi> {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: NOWHERE,
    TEMPORAL_TASK_QUEUE: 'none',
    ELEVENLABS_API_KEY: 'unused',
    ELEVENLABS_AGENT_ID: 'agent_a',
    ELEVENLABS_BASE_URL: `http://${NOWHERE}`,
    ELEVENLABS_WEBHOOK_SECRET: 'unused',
  });
  const logger = createLogger('api', 'silent');
  const workflows = createWorkflows(lazyClient(config.temporal).client, {
    taskQueue: config.temporal.taskQueue,
    deadlines: REQUEST_DEADLINES,
  });
  const context = createContext(config, { workflows, logger });
  const { db } = context;
  const key = 'bench-key-of-a-database-that-is-dropped';
  await seedAdminKey(db, hashApiKey(key), new Date());
  const stream = createEventHub({ db, databaseUrl, logger, now: context.now });
  const app = createApp({ ...context, stream });
  return {
    async read(path) {
      const answer = await app.request(path, { headers: { authorization: `Bearer ${key}` } });
      const body: unknown = await answer.json();
      if (answer.status !== 200)
        throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(body)}`);
      return body;
    },
    async stop() {
      await stream.stop();
      await Promise.all([context.close(), workflows.close()]);
    },
  };
}

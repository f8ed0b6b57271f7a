import { createApp } from '#api/app.ts';
import { hashApiKey } from '#api/http/auth.ts';
import { createEventHub } from '#api/stream/hub.ts';
import { createLogger } from '#config/logger.ts';
import { openDatabase } from '#db/client.ts';
import { seedAdminKey } from '#db/queries/api-keys.ts';
import { createElevenLabs } from '#providers/elevenlabs/adapter.ts';
import { createCampaignControl } from '#temporal/control.ts';

/** The product's API in this process, asked without a network. */
export interface InProcessApi {
  /** The answer's body. @throws Error unless it is a 200 */
  read(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** Its database is real; the provider and Temporal are addresses at which nobody answers. */
export async function startInProcess(databaseUrl: string): Promise<InProcessApi> {
  const db = openDatabase(databaseUrl);
  const key = 'bench-key-of-a-database-that-is-dropped';
  await seedAdminKey(db, hashApiKey(key), new Date());
  const logger = createLogger('api', 'silent');
  const temporal = createCampaignControl({
    address: '127.0.0.1:9',
    namespace: 'default',
    apiKey: null,
    tls: false,
    taskQueue: 'none',
  });
  const stream = createEventHub({ db, databaseUrl, logger, clock: () => new Date() });
  const app = createApp({
    db,
    temporal,
    voice: createElevenLabs({ apiKey: 'unused', baseUrl: 'http://127.0.0.1:9' }),
    carrier: null,
    config: {
      publicUrl: null,
      twilio: null,
      recordings: { dir: '.', maxBytes: 0 },
      outboundWebhooksAllow: [],
      elevenLabs: {
        apiKey: 'unused',
        agentId: 'agent_a',
        baseUrl: null,
        webhookSecrets: [],
        centsPerCredit: 0,
      },
    },
    stream,
    logger,
    clock: () => new Date(),
  });
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
      await Promise.all([db.destroy(), temporal.close()]);
    },
  };
}

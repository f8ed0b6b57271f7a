import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { type Config, ConfigError, loadConfig } from '#config/config.ts';
import { readEnv } from '#config/env.ts';
import { createLogger } from '#config/logger.ts';
import { migrateToLatest } from '#db/migrate.ts';
import { hashApiKey, seedAdminKey } from '#services/access/keys.ts';
import { createContext } from '#services/context.ts';
import { lazyClient } from '#temporal/client.ts';
import { createWorkflows, REQUEST_DEADLINES } from '#temporal/workflows.ts';
import { createApp } from './app.ts';
import { CSV_LIMIT } from './http/limits.ts';
import { createEventHub } from './stream/hub.ts';

const HEADERS_MS = 15_000;
/** Room for the longest parameter that the document allows, each of its characters escaped. */
const HEADERS_BYTES = 64 * 1024;
/** How long requests under way may take to finish at a stop. */
const FINISH_MS = 10_000;

/** Runs the API until a signal to stop. */
async function main(): Promise<void> {
  const config = configOrExit();
  const logger = createLogger('api', config.logLevel);
  await migrateToLatest(config.databaseUrl);
  const { client } = lazyClient(config.temporal);
  const { taskQueue } = config.temporal;
  const workflows = createWorkflows(client, { taskQueue, deadlines: REQUEST_DEADLINES });
  const context = createContext(config, { workflows, logger });
  const { db } = context;
  if (config.apiKey !== null) await seedAdminKey(db, hashApiKey(config.apiKey), await context.now());
  const stream = createEventHub({ db, databaseUrl: config.databaseUrl, logger, now: context.now });
  const { server, url } = await listen(createApp({ ...context, stream }), config);
  logger.info({ url }, 'the API is listening');
  process.send?.({ ready: true, url });

  let stopping = false;
  const stop = async (why: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, 'stopping');
    // A stream has no end of its own to wait for.
    await stream.stop();
    await close(server);
    await Promise.allSettled([context.close(), workflows.close()]);
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop('SIGTERM'));
  process.once('SIGINT', () => void stop('SIGINT'));
  // The launcher that started this process is gone.
  process.once('disconnect', () => void stop('disconnect'));
}

function configOrExit(): Config {
  try {
    return loadConfig(readEnv());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

async function listen(
  app: ReturnType<typeof createApp>,
  config: Config,
): Promise<{ server: Server; url: string }> {
  const serverOptions = {
    maxHeaderSize: HEADERS_BYTES,
    headersTimeout: HEADERS_MS,
    requestTimeout: CSV_LIMIT.totalMs + HEADERS_MS,
  };
  return await new Promise((resolve, reject) => {
    const server = serve(
      { fetch: app.fetch, hostname: config.host, port: config.port, serverOptions },
      ({ port }: AddressInfo) => {
        const host = config.host.includes(':') ? `[${config.host}]` : config.host;
        resolve({ server: server as Server, url: `http://${host}:${port}` });
      },
    );
    server.once('error', reject);
  });
}

/** Takes no more connections and lets requests under way finish, for a while. */
async function close(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), FINISH_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}

try {
  await main();
} catch (error) {
  createLogger('api', 'info').error({ failure: error }, 'the API could not start');
  process.exitCode = 1;
  process.exit();
}

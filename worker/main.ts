import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Logger as PinoLogger } from 'pino';
import { type Config, ConfigError, loadConfig } from '#config/config.ts';
import { readEnv } from '#config/env.ts';
import { createLogger } from '#config/logger.ts';
import { openDatabase } from '#db/client.ts';
import { migrateToLatest } from '#db/migrate.ts';
import { createElevenLabs } from '#providers/elevenlabs/adapter.ts';
import { createMailer } from '#providers/mail/smtp.ts';
import { createTwilio } from '#providers/twilio/adapter.ts';
import { createWebhookSender } from '#providers/webhooks/sender.ts';
import type { ActivityDeps } from '#services/context.ts';
import { startDispatch } from '#services/webhooks/dispatch.ts';
import { connectionOptions } from '#temporal/connection.ts';
import { ensureSearchAttributes } from '#temporal/search-attributes.ts';
import { createSignals, ensureSweepSchedule, ensureSyncSchedule } from '#temporal/signals.ts';
import { createStarter } from '#temporal/starter.ts';
import { bundleWorkflows } from './bundle.ts';
import { createWorker } from './create-worker.ts';

async function main(): Promise<void> {
  const config = loadConfig(readEnv());
  const logger = createLogger('worker', config.logLevel);
  installRuntime(logger);
  await migrateToLatest(config.databaseUrl);
  const { namespace, taskQueue } = config.temporal;
  const connection = await Connection.connect(connectionOptions(config.temporal));
  const nativeConnection = await NativeConnection.connect(connectionOptions(config.temporal));
  const client = new Client({ connection, namespace });
  await ensureSearchAttributes(connection, namespace);
  await ensureSweepSchedule(client, taskQueue, config.patience.sweepEveryMs);
  await ensureSyncSchedule(client, taskQueue, config.patience.syncEveryMs);
  const db = openDatabase(config.databaseUrl, { maxConnections: config.databasePool });
  const deps = createDeps(config, { db, client });
  const worker = await createWorker({
    connection: nativeConnection,
    namespace,
    taskQueue,
    workflowBundle: await bundleWorkflows(),
    deps,
  });
  const dispatch = startDispatch({
    db,
    databaseUrl: config.databaseUrl,
    starter: deps.starter,
    onFailure: (err) => logger.warn({ err }, 'outbound webhooks wait'),
  });
  process.once('disconnect', () => worker.shutdown());
  process.send?.({ ready: true });
  logger.info({ taskQueue }, 'polling');
  await worker.run();
  await dispatch.stop();
  await deps.webhookSender.close();
  await db.destroy();
  await nativeConnection.close();
  await connection.close();
  logger.info('stopped');
  // The channel to the launcher would keep the process alive.
  process.exit(0);
}

function createDeps(
  config: Config,
  { db, client }: { db: ActivityDeps['db']; client: Client },
): ActivityDeps {
  const { elevenLabs, twilio, mail, patience } = config;
  return {
    db,
    voice: createElevenLabs({
      apiKey: elevenLabs.apiKey,
      ...(elevenLabs.baseUrl === null ? {} : { baseUrl: elevenLabs.baseUrl }),
    }),
    carrier: twilio === null ? null : createTwilio(twilio),
    mailer: mail === null ? null : createMailer({ smtpUrl: mail.smtpUrl, from: mail.from }),
    texting:
      twilio?.textsFrom == null
        ? null
        : {
            from: twilio.textsFrom,
            statusCallbackUrl:
              config.publicUrl === null ? null : `${config.publicUrl}/webhooks/twilio/status`,
          },
    webhookSender: createWebhookSender({ allow: config.outboundWebhooksAllow }),
    starter: createStarter(client, config.temporal.taskQueue),
    signals: createSignals(client, config.temporal.taskQueue),
    patience,
    centsPerCredit: elevenLabs.centsPerCredit,
    now: async () => new Date(),
  };
}

/** Temporal's own log lines go where ours go. */
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

try {
  await main();
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else createLogger('worker', 'error').error({ err: error }, 'the worker ended');
  process.exitCode = 1;
  // Whatever was connected keeps the event loop alive.
  process.exit();
}

import { writeFile } from 'node:fs/promises';
import { parseWebhookTarget } from './admin.ts';
import { type SimulatorOptions, startSimulator } from './server.ts';
import type { TextingTarget } from './texts.ts';

/**
 * Runs the simulated phone network as its own process.
 * It reads `SIMULATOR_PORT` (default: any free one), `SIMULATOR_SEED` (1), `SIMULATOR_SPEED` (1),
 * `SIMULATOR_WEBHOOK_URL` with `SIMULATOR_WEBHOOK_SECRET` and `SIMULATOR_WEBHOOK_ALSO` (extra kinds,
 * separated by commas), `SIMULATOR_INITIATION_URL` (asked about callers, with the webhooks' secret in a
 * header), `SIMULATOR_SMS_URL` with `TWILIO_ACCOUNT_SID` and `TWILIO_AUTH_TOKEN`, `SIMULATOR_PUBLIC_URL` with
 * `SIMULATOR_LOCAL_URL` (requests to the first go to the second), `SIMULATOR_FAULTS` (JSON),
 * `SIMULATOR_MAX_CONCURRENT_CALLS` (no limit) and `SIMULATOR_LEDGER_FILE` (the ledger is written there at the
 * end).
 * It sends `{ready, url, mailUrl}` to its parent, and ends on SIGTERM, on SIGINT, or when the parent is gone.
 */
async function main(): Promise<void> {
  const { env } = process;
  const simulator = await startSimulator(readOptions(env));
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await simulator.stop();
    const file = env.SIMULATOR_LEDGER_FILE;
    if (file) await writeFile(file, JSON.stringify(simulator.ledger.snapshot()));
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  console.log(`simulated phone network on ${simulator.url}`);
  process.send?.({ ready: true, url: simulator.url, mailUrl: simulator.mailbox.url });
}

function readOptions(env: NodeJS.ProcessEnv): SimulatorOptions {
  const { SIMULATOR_WEBHOOK_URL: url, SIMULATOR_INITIATION_URL: initiationUrl } = env;
  const secret = env.SIMULATOR_WEBHOOK_SECRET ?? '';
  const options: SimulatorOptions = {
    port: number(env, 'SIMULATOR_PORT') ?? 0,
    seed: number(env, 'SIMULATOR_SEED') ?? 1,
    speed: number(env, 'SIMULATOR_SPEED') ?? 1,
  };
  if (url) {
    const also = list(env, 'SIMULATOR_WEBHOOK_ALSO');
    options.webhook = parseWebhookTarget({ url, secret, also }) ?? { url, secret };
  }
  if (initiationUrl) {
    options.initiation = { url: initiationUrl, headers: { 'x-ringleader-secret': secret } };
  }
  const texting = readTexting(env);
  if (texting !== null) options.texting = texting;
  if (env.SIMULATOR_FAULTS) options.faults = JSON.parse(env.SIMULATOR_FAULTS);
  const limit = number(env, 'SIMULATOR_MAX_CONCURRENT_CALLS');
  if (limit !== null) options.maxConcurrentCalls = limit;
  return options;
}

function readTexting(env: NodeJS.ProcessEnv): TextingTarget | null {
  const smsUrl = env.SIMULATOR_SMS_URL;
  if (!smsUrl) return null;
  const { SIMULATOR_PUBLIC_URL: from, SIMULATOR_LOCAL_URL: to } = env;
  return {
    smsUrl,
    accountSid: env.TWILIO_ACCOUNT_SID ?? '',
    authToken: env.TWILIO_AUTH_TOKEN ?? '',
    ...(from && to ? { route: { from, to } } : {}),
  };
}

function list(env: NodeJS.ProcessEnv, name: string): string[] {
  return (env[name] ?? '').split(',').filter((word) => word !== '');
}

function number(env: NodeJS.ProcessEnv, name: string): number | null {
  const value = env[name];
  if (value === undefined || value === '') return null;
  const parsed = Number(value);
  if (!Number.isFinite(parsed)) throw new TypeError(`${name} is not a number`);
  return parsed;
}

await main();

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AGENTS, PHONE_NUMBERS } from '#simulator/fleet.ts';
import { takeLock } from './lock.ts';
import { freePort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import type { Log } from './processes.ts';
import { apiKey, newSecret, randomHex } from './secrets.ts';
import { describePlan, planStack, type StackPlan } from './stack-plan.ts';
import { type Service, spawnService } from './supervise.ts';
import { startTemporal } from './temporal.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Simulated people live this many times faster, so that a trial does not wait for real timeouts. */
const DEFAULT_SPEED = 10;

const PREFERRED_PORTS = { api: 3000, simulator: 3900, temporal: 7233, web: 8233 };

export type ServiceName = 'simulator' | 'worker' | 'api';

export interface SimulatorOptions {
  readonly seed?: number;
  /** How many times faster than real life conversations run. */
  readonly speed?: number;
  /** Sent to the simulator as JSON. */
  readonly faults?: Readonly<Record<string, unknown>>;
}

export interface StackOptions {
  /** Absolute folder of all persistent data; null: nothing is kept, and ports are random. */
  readonly dataDir: string | null;
  readonly simulator?: SimulatorOptions;
  /** True ignores provider keys: for the demo and tests, which must never reach a real phone. */
  readonly alwaysSimulate?: boolean;
  /** Overrides the environment of every service. */
  readonly env?: Readonly<Record<string, string>>;
  readonly log: Log;
  readonly onLine?: (service: ServiceName, line: string) => void;
  /** Replaces the repository's entry points, by service. */
  readonly entries?: Partial<Record<ServiceName, string>>;
}

export interface Stack {
  readonly plan: StackPlan;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** Null when Temporal is not embedded. */
  readonly webUrl: string | null;
  readonly apiUrl: string;
  readonly apiKey: string;
  /** Null with real providers. */
  readonly simulatorUrl: string | null;
  /** The variables that lead the services to the simulator, its secrets among them; empty without one. */
  readonly simulatorEnv: Readonly<Record<string, string>>;
  /** Null without a simulator. */
  readonly services: { readonly worker: Service; readonly api: Service; readonly simulator: Service | null };
  /** Resolves with a sentence when the embedded PostgreSQL or Temporal ended by itself. */
  readonly died: Promise<string>;
  /** Stops everything in reverse order of the start; a second call waits for the same end. */
  stop(): Promise<void>;
}

/**
 * Starts what the environment does not configure, in this order: PostgreSQL, Temporal, the simulator, the
 * worker, the API. When a part fails, the started ones are stopped. Throws LockedError when another stack
 * uses the data.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stops = new StopList(options.log);
  try {
    return await bringUp(options, stops);
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

async function bringUp(options: StackOptions, stops: StopList): Promise<Stack> {
  const { dataDir, log } = options;
  const ephemeral = dataDir === null;
  if (!ephemeral) {
    const lock = takeLock(join(dataDir, 'lock'));
    stops.add(null, async () => lock.release());
  }
  const plan = planStack(process.env, options.alwaysSimulate ?? false);
  for (const line of describePlan(plan)) log(line);

  const died: Promise<string>[] = [];
  const databaseUrl = process.env.DATABASE_URL || (await embeddedDatabase(options, stops, died));
  const temporalNamespace = process.env.TEMPORAL_NAMESPACE || 'default';
  const temporal = process.env.TEMPORAL_ADDRESS
    ? { address: process.env.TEMPORAL_ADDRESS, webUrl: null }
    : await embeddedTemporal(options, temporalNamespace, stops, died);

  const wantedPort = Number(process.env.PORT || PREFERRED_PORTS.api);
  const port = await freePort(ephemeral ? null : wantedPort, 'the API', log);
  const apiUrl = `http://127.0.0.1:${port}`;
  const key = apiKey(ephemeral ? null : join(dataDir, 'api-key'));
  const baseEnv: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporalNamespace,
    ...(temporal.webUrl === null
      ? {}
      : { TEMPORAL_WEB_URL: process.env.TEMPORAL_WEB_URL || temporal.webUrl }),
    RINGLEADER_API_KEY: key,
    PORT: String(port),
    PUBLIC_URL: process.env.PUBLIC_URL || `http://localhost:${port}`,
    ...options.env,
  };
  const start = serviceStarter(options, stops);
  const simulated =
    plan.elevenLabs === 'simulated' ? await startSimulator(options, { plan, start, baseEnv, apiUrl }) : null;
  const env = { ...baseEnv, ...simulated?.env, ...options.env };
  const worker = await start('worker', env);
  const api = await start('api', env);
  return {
    plan,
    databaseUrl,
    temporalAddress: temporal.address,
    temporalNamespace,
    webUrl: temporal.webUrl,
    apiUrl,
    apiKey: key,
    simulatorUrl: simulated?.url ?? null,
    simulatorEnv: simulated?.env ?? {},
    services: { worker, api, simulator: simulated?.service ?? null },
    died: died.length > 0 ? Promise.race(died) : new Promise(() => undefined),
    stop: () => stops.stop(),
  };
}

async function embeddedDatabase(
  options: StackOptions,
  stops: StopList,
  died: Promise<string>[],
): Promise<string> {
  const { dataDir, log } = options;
  const postgres = await startPostgres({ dataDir: dataDir === null ? null : join(dataDir, 'postgres'), log });
  stops.add('PostgreSQL', () => postgres.stop());
  died.push(postgres.died);
  return postgres.url;
}

async function embeddedTemporal(
  options: StackOptions,
  namespace: string,
  stops: StopList,
  died: Promise<string>[],
): Promise<{ address: string; webUrl: string | null }> {
  const { dataDir, log } = options;
  const temporal = await startTemporal({
    dataDir: dataDir === null ? null : join(dataDir, 'temporal'),
    namespace,
    ports: dataDir === null ? {} : { grpc: PREFERRED_PORTS.temporal, web: PREFERRED_PORTS.web },
    log,
  });
  stops.add('Temporal', () => temporal.stop());
  died.push(temporal.died);
  return temporal;
}

type StartService = (name: ServiceName, env: NodeJS.ProcessEnv) => Promise<Service>;

function serviceStarter(options: StackOptions, stops: StopList): StartService {
  return async (name, env) => {
    const entry = options.entries?.[name] ?? join(ROOT, name, 'main.ts');
    if (!existsSync(entry)) throw new Error(`${entry} does not exist.`);
    options.log(`starting the ${name}`);
    const onLine = (line: string) => options.onLine?.(name, line);
    const service = await spawnService({ name, entry, env, log: options.log, onLine });
    stops.add(`the ${name}`, () => service.stop());
    return service;
  };
}

/** The returned `env` gives the other services the simulator's addresses and credentials. */
async function startSimulator(
  options: StackOptions,
  {
    plan,
    start,
    baseEnv,
    apiUrl,
  }: { plan: StackPlan; start: StartService; baseEnv: NodeJS.ProcessEnv; apiUrl: string },
): Promise<{ service: Service; url: string; env: Record<string, string> }> {
  const preferred = options.dataDir === null ? null : PREFERRED_PORTS.simulator;
  const port = await freePort(preferred, 'the simulator', options.log);
  const { seed, speed, faults } = options.simulator ?? {};
  const url = `http://127.0.0.1:${port}`;
  const webhookSecret = newSecret('wsec_');
  const twilio = simulatedTwilio(url, options.alwaysSimulate ?? false);
  const credentials = {
    ELEVENLABS_API_KEY: newSecret('simulated_'),
    ELEVENLABS_BASE_URL: url,
    ELEVENLABS_WEBHOOK_SECRET: webhookSecret,
    ELEVENLABS_AGENT_ID: AGENTS[0]?.agentId ?? '',
    ...twilio,
  };
  const service = await start('simulator', {
    ...baseEnv,
    ...credentials,
    SIMULATOR_PORT: String(port),
    SIMULATOR_WEBHOOK_URL: `${apiUrl}/webhooks/elevenlabs`,
    SIMULATOR_WEBHOOK_SECRET: webhookSecret,
    SIMULATOR_WEBHOOK_ALSO: 'answering_machine_detection',
    SIMULATOR_INITIATION_URL: `${apiUrl}/webhooks/elevenlabs/initiation`,
    ...(twilio === null ? {} : textRoute(baseEnv.PUBLIC_URL ?? apiUrl, apiUrl)),
    ...(seed === undefined ? {} : { SIMULATOR_SEED: String(seed) }),
    SIMULATOR_SPEED: String(speed ?? baseEnv.SIMULATOR_SPEED ?? DEFAULT_SPEED),
    ...(faults === undefined ? {} : { SIMULATOR_FAULTS: JSON.stringify(faults) }),
  });
  const { url: announced, mailUrl } = service.ready;
  const mail = typeof mailUrl === 'string' && plan.mail === 'simulated' ? simulatedMail(mailUrl) : {};
  return {
    service,
    url: typeof announced === 'string' ? announced : url,
    env: { ...credentials, ...mail },
  };
}

/** The sender's domain is never assigned. */
function simulatedMail(url: string): Record<string, string> {
  return { SMTP_URL: url, MAIL_FROM: 'Ringleader <ringleader@calls.example>' };
}

/** Texts are signed for the public address, as at Twilio, and sent to the local one. */
function textRoute(publicUrl: string, apiUrl: string): Record<string, string> {
  const base = publicUrl.replace(/\/+$/, '');
  return {
    SIMULATOR_SMS_URL: `${base}/webhooks/twilio/sms`,
    SIMULATOR_PUBLIC_URL: base,
    SIMULATOR_LOCAL_URL: apiUrl,
  };
}

/** Null with a real Twilio; the number belongs to the simulated account. */
function simulatedTwilio(url: string, alwaysSimulate: boolean): Record<string, string> | null {
  if (process.env.TWILIO_ACCOUNT_SID && !alwaysSimulate) return null;
  return {
    TWILIO_ACCOUNT_SID: `AC${randomHex(32)}`,
    TWILIO_AUTH_TOKEN: randomHex(32),
    TWILIO_PHONE_NUMBER: PHONE_NUMBERS[0]?.phoneNumber ?? '',
    TWILIO_BASE_URL: url,
  };
}

class StopList {
  readonly #log: Log;
  readonly #entries: Array<{ label: string | null; stop: () => Promise<void> }> = [];
  #stopped: Promise<void> | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  add(label: string | null, stop: () => Promise<void>): void {
    this.#entries.push({ label, stop });
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  /** A part that fails to stop must not keep the others running. */
  async #stopAll(): Promise<void> {
    for (const { label, stop } of this.#entries.reverse()) {
      if (label !== null) this.#log(`stopping ${label}`);
      try {
        await stop();
      } catch (error) {
        this.#log(
          `${label ?? 'a part'} did not stop: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }
}

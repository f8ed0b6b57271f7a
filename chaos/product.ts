import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '#launcher/ports.ts';
import type { FaultOptions } from '#simulator/faults.ts';
import { AGENTS } from '#simulator/fleet.ts';
import { type Link, openLink } from './link.ts';
import { Member } from './member.ts';
import { orderEnv, type WorkerOrders } from './orders.ts';
import type { Servers } from './servers.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Every network between two of its parts. */
export const LINKS = [
  'worker-temporal',
  'worker-postgres',
  'worker-network',
  'api-temporal',
  'api-postgres',
] as const;
export type LinkName = (typeof LINKS)[number];

export interface ProductOptions {
  servers: Servers;
  /** By name; it exists already. */
  database: string;
  taskQueue: string;
  seed: number;
  /** How many times faster than in real life people live. */
  speed: number;
  timeouts: Readonly<Record<string, string>>;
  faults: Partial<FaultOptions>;
  /** What each worker does to itself, by the number of the worker and of its process; null: the product's own worker. */
  workers: number;
  ordersOf: ((worker: number, nth: number) => WorkerOrders) | null;
  /** The output of every process is kept here. */
  logFolder: string;
}

/** The whole product in processes of its own, on networks that can fail. */
export interface RunningProduct {
  api: Member;
  workers: readonly Member[];
  network: Member;
  links: Readonly<Record<LinkName, Link>>;
  apiUrl: string;
  apiKey: string;
  simulatorUrl: string;
  stop(): Promise<void>;
}

export async function startProduct(options: ProductOptions): Promise<RunningProduct> {
  const { servers, database, seed } = options;
  const quiet = () => undefined;
  const [apiPort, simulatorPort] = [
    await freePort(null, 'the API', quiet),
    await freePort(null, 'the simulator', quiet),
  ];
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const links = await openLinks(servers, simulatorPort);
  const key = `chaos-${randomBytes(24).toString('hex')}`;
  const secret = `wsec_${randomBytes(24).toString('hex')}`;
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TZ: 'UTC',
    TEMPORAL_TASK_QUEUE: options.taskQueue,
    RINGLEADER_API_KEY: key,
    PORT: String(apiPort),
    PUBLIC_URL: apiUrl,
    RECORDINGS_DIR: join(options.logFolder, 'recordings'),
    ELEVENLABS_API_KEY: 'simulated',
    ELEVENLABS_AGENT_ID: AGENTS[0]?.agentId ?? '',
    ELEVENLABS_WEBHOOK_SECRET: secret,
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'simulated',
    ...options.timeouts,
  };
  const reach = (who: 'api' | 'worker', network: number) => ({
    DATABASE_URL: servers.databaseUrl(database, links[`${who}-postgres`].port),
    TEMPORAL_ADDRESS: `127.0.0.1:${links[`${who}-temporal`].port}`,
    ELEVENLABS_BASE_URL: `http://127.0.0.1:${network}`,
    TWILIO_BASE_URL: `http://127.0.0.1:${network}`,
  });
  const logs = openLogs(options.logFolder);
  const member = (name: string, entry: string, envOf: (nth: number) => NodeJS.ProcessEnv) =>
    new Member({ name, entry: join(ROOT, entry), env: envOf, onLine: logs.lineOf(name) });
  const network = member('simulator', 'simulator/main.ts', () => ({
    ...env,
    SIMULATOR_PORT: String(simulatorPort),
    SIMULATOR_SEED: String(seed),
    SIMULATOR_SPEED: String(options.speed),
    SIMULATOR_WEBHOOK_URL: `${apiUrl}/webhooks/elevenlabs`,
    SIMULATOR_WEBHOOK_SECRET: secret,
    SIMULATOR_FAULTS: JSON.stringify(options.faults),
  }));
  const api = member('api', 'api/main.ts', () => ({ ...env, ...reach('api', simulatorPort) }));
  const { ordersOf } = options;
  const workers = Array.from({ length: options.workers }, (_, worker) =>
    member(`worker-${worker + 1}`, ordersOf === null ? 'worker/main.ts' : 'chaos/worker.ts', (nth) => ({
      ...env,
      ...reach('worker', links['worker-network'].port),
      ...(ordersOf === null ? {} : orderEnv(ordersOf(worker, nth))),
    })),
  );
  const members = [network, api, ...workers];
  const stop = async () => {
    // What is killed does not wait for its servers, and has nothing left to do.
    await Promise.all(members.map((each) => each.end()));
    await Promise.all(Object.values(links).map((link) => link.close()));
    logs.close();
  };
  try {
    await Promise.all(members.map((each) => each.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { api, workers, network, links, apiUrl, apiKey: key, simulatorUrl, stop };
}

async function openLinks(servers: Servers, simulatorPort: number): Promise<Record<LinkName, Link>> {
  const { postgres, temporal } = servers;
  const network = { host: '127.0.0.1', port: simulatorPort };
  const [a, b, c, d, e] = await Promise.all([
    openLink(() => temporal.address),
    openLink(() => postgres.address),
    openLink(() => network),
    openLink(() => temporal.address),
    openLink(() => postgres.address),
  ]);
  return {
    'worker-temporal': a,
    'worker-postgres': b,
    'worker-network': c,
    'api-temporal': d,
    'api-postgres': e,
  };
}

function openLogs(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files: WriteStream[] = [];
  return {
    lineOf(name: string) {
      const file = createWriteStream(join(folder, `${name}.log`), { flags: 'a', mode: 0o600 });
      files.push(file);
      return (line: string) => void file.write(`${line}\n`);
    },
    close() {
      for (const file of files) file.end();
    },
  };
}

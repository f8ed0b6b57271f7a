import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { guardFolder } from '#launcher/lifeline.ts';
import { freePort } from '#launcher/ports.ts';
import { startTemporal } from '#launcher/temporal.ts';
import { AGENTS } from '#simulator/fleet.ts';
import { say } from './report.ts';
import { type MeteredService, startService } from './services.ts';

/** Signs the product's incoming webhooks. */
export const WEBHOOK_SECRET = 'wsec_bench';

/** A separate database on the runner's server. */
export interface BenchDatabase {
  url: string;
  client: pg.Client;
  /** The server's first process, whose children serve the connections. */
  serverPid: number;
  version: string;
  drop(): Promise<void>;
}

/** @throws Error outside `npm run bench`, which starts the server */
export async function createDatabase(): Promise<BenchDatabase> {
  const adminUrl = process.env.TEST_DATABASE_URL;
  if (!adminUrl) throw new Error('There is no database server: run the benchmarks with "npm run bench".');
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await runAs(adminUrl, `create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query<{ pid: number; version: string }>(
    "select pg_backend_pid() as pid, current_setting('server_version') as version",
  );
  return {
    url: url.href,
    client,
    serverPid: parentOf(rows[0]?.pid ?? 0),
    version: rows[0]?.version ?? 'unknown',
    async drop() {
      await client.end();
      await runAs(adminUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

async function runAs(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** 0 where it cannot be read. */
function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** A Temporal server like the product's: development server, database file with a write-ahead log. */
export interface BenchTemporal {
  address: string;
  client: Client;
  serverPid: number;
  version: string;
  stop(): Promise<void>;
}

export async function startBenchTemporal(): Promise<BenchTemporal> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringleader-bench-'));
  guardFolder(dataDir);
  const server = await startTemporal({ dataDir, log: say });
  const connection = await Connection.connect({ address: server.address });
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  return {
    address: server.address,
    client: new Client({ connection }),
    serverPid: Number(readFileSync(join(dataDir, 'temporal.pid'), 'utf8')),
    version: serverVersion ?? 'unknown',
    async stop() {
      await connection.close();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The product's processes, and a client of its API. */
export interface Product {
  services: { api: MeteredService; worker: MeteredService | null; simulator: MeteredService | null };
  /** An admin key. */
  key: string;
  /** Sends one request as JSON; a string is sent as CSV. @throws Error with the answer unless it succeeds */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

/**
 * Starts the product's own entry points against these servers. `speed`: how many times faster than real life
 * the simulated people live; null starts the API only.
 */
export async function startProduct(options: {
  databaseUrl: string;
  temporalAddress: string;
  speed: number | null;
}): Promise<Product> {
  const key = `bench-${randomBytes(24).toString('hex')}`;
  const port = await freePort(null, 'the API', say);
  const url = `http://127.0.0.1:${port}`;
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DATABASE_URL: options.databaseUrl,
    TEMPORAL_ADDRESS: options.temporalAddress,
    RINGLEADER_API_KEY: key,
    PORT: String(port),
    ELEVENLABS_API_KEY: 'simulated',
    ELEVENLABS_AGENT_ID: AGENTS[0]?.agentId ?? '',
    ELEVENLABS_WEBHOOK_SECRET: WEBHOOK_SECRET,
    ELEVENLABS_BASE_URL: 'http://127.0.0.1:9',
  };
  const started: MeteredService[] = [];
  const start = async (entry: string) => {
    const service = await startService(entry, env);
    started.push(service);
    return service;
  };
  const stop = async () => {
    for (const service of started.reverse()) await service.stop();
  };
  try {
    let simulator: MeteredService | null = null;
    if (options.speed !== null) {
      env.SIMULATOR_SPEED = String(options.speed);
      env.SIMULATOR_WEBHOOK_URL = `${url}/webhooks/elevenlabs`;
      env.SIMULATOR_WEBHOOK_SECRET = WEBHOOK_SECRET;
      simulator = await start('simulator/main.ts');
      env.ELEVENLABS_BASE_URL = String(simulator.ready.url);
      env.TWILIO_BASE_URL = env.ELEVENLABS_BASE_URL;
      env.TWILIO_ACCOUNT_SID = 'AC00';
      env.TWILIO_AUTH_TOKEN = 'simulated';
    }
    const api = await start('api/main.ts');
    const worker = options.speed === null ? null : await start('worker/main.ts');
    return { services: { api, worker, simulator }, key, call: caller(url, key), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function caller(url: string, key: string): Product['call'] {
  return async <T>(method: string, path: string, body?: unknown) => {
    const csv = typeof body === 'string';
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': csv ? 'text/csv' : 'application/json',
      },
      ...(body === undefined ? {} : { body: csv ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  };
}

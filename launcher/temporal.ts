import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { guardFolder, guardProcess } from './lifeline.ts';
import { freePort } from './ports.ts';
import type { RunningServer } from './postgres.ts';
import { type Log, lastLines, stopChild, stopOrphan } from './processes.ts';
import { temporalBinary } from './temporal-binary.ts';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

export interface TemporalOptions {
  /** Keeps the histories between starts; null: in memory. */
  readonly dataDir: string | null;
  /** Created if missing; "default" always exists. */
  readonly namespace?: string;
  readonly ports?: { readonly grpc?: number | null; readonly web?: number | null };
  readonly log: Log;
}

export interface RunningTemporal extends RunningServer {
  readonly address: string;
  readonly webUrl: string | null;
}

/** One database file a server. In SQLite's default mode the server does a quarter of the work per second. */
const PRAGMAS = ['journal_mode=WAL', 'synchronous=NORMAL'];

const SEARCH_ATTRIBUTES = ['RingleaderCampaign=Keyword', 'RingleaderState=Keyword'];

const DYNAMIC_CONFIG = [
  // A newly registered search attribute is known at once instead of a minute later.
  'system.forceSearchAttributesCacheRefreshOnRead=true',
  // The checker lists every workflow of a run; the default limit is meant for shared clusters.
  'frontend.namespaceRPS.visibility=200',
];

interface Place {
  readonly home: string;
  readonly temporary: boolean;
}

/** Starts Temporal's development server with its Web UI on loopback ports, and waits until it is ready. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const { log, namespace = 'default' } = options;
  const binary = await temporalBinary(log);
  const place = placeFor(options.dataDir);
  await stopLeftOver(place, log);
  for (let attempt = 1; ; attempt += 1) {
    const grpc = await freePort(options.ports?.grpc ?? null, 'Temporal', log);
    const web = await freePort(options.ports?.web ?? null, "Temporal's Web UI", log);
    const spare = [await freePort(null, 'Temporal', log), await freePort(null, 'Temporal', log)] as const;
    const child = spawnServer(binary, place, serverArguments(place, { grpc, web, spare }, namespace));
    const address = `127.0.0.1:${grpc}`;
    const failure = await untilReady(child, address, namespace);
    if (failure === null) return running(child, place, address, `http://127.0.0.1:${web}`);
    const words = lastLines(join(place.home, 'temporal.log'), 10);
    // Another process took a port after it was found free.
    if (attempt < 4 && words.includes('address already in use')) continue;
    throw new Error(`Temporal did not start (${failure}). The end of its log:\n${words}`);
  }
}

function placeFor(dataDir: string | null): Place {
  if (dataDir !== null) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return { home: dataDir, temporary: false };
  }
  const home = mkdtempSync(join(tmpdir(), 'ringleader-temporal-'));
  guardFolder(home);
  return { home, temporary: true };
}

function databaseFile(place: Place): string {
  return join(place.home, 'temporal.db');
}

async function stopLeftOver(place: Place, log: Log): Promise<void> {
  const pidFile = join(place.home, 'temporal.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (pid > 0) await stopOrphan(pid, ['start-dev', databaseFile(place)], log);
  rmSync(pidFile, { force: true });
}

interface Ports {
  readonly grpc: number;
  readonly web: number;
  /** For its HTTP API and metrics, which would otherwise use any port. */
  readonly spare: readonly [number, number];
}

function serverArguments(place: Place, ports: Ports, namespace: string): string[] {
  const each = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value]);
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn', '--namespace', namespace],
    ...['--port', String(ports.grpc), '--ui-port', String(ports.web)],
    ...['--http-port', String(ports.spare[0]), '--metrics-port', String(ports.spare[1])],
    ...each('--search-attribute', SEARCH_ATTRIBUTES),
    ...each('--dynamic-config-value', DYNAMIC_CONFIG),
    ...(place.temporary ? [] : ['--db-filename', databaseFile(place), ...each('--sqlite-pragma', PRAGMAS)]),
  ];
}

/** Detached, so that Ctrl-C reaches only the launcher. */
function spawnServer(binary: string, place: Place, args: string[]): ChildProcess {
  const log = openSync(join(place.home, 'temporal.log'), 'w', 0o600);
  try {
    const child = spawn(binary, args, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: place.home,
      // Without TEMPORAL_*: the CLI reads them as its own options.
      env: { PATH: process.env.PATH ?? '', HOME: place.home },
    });
    child.on('error', () => undefined);
    if (child.pid !== undefined) {
      child.on('exit', guardProcess('servers', child.pid));
      writeFileSync(join(place.home, 'temporal.pid'), String(child.pid));
    }
    return child;
  } finally {
    closeSync(log);
  }
}

/** Null when the namespace and our search attributes exist, otherwise the reason. */
async function untilReady(child: ChildProcess, address: string, namespace: string): Promise<string | null> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.pid === undefined) return 'the program cannot be run';
    if (child.exitCode !== null || child.signalCode !== null) return `ended with ${child.exitCode}`;
    if (await answers(address, namespace)) return null;
    await delay(100);
  }
  child.kill('SIGKILL');
  return `no answer within ${START_TIMEOUT_MS / 1000} s`;
}

async function answers(address: string, namespace: string): Promise<boolean> {
  const connection = Connection.lazy({ address, connectTimeout: 2_000 });
  try {
    const { customAttributes } = await connection.withDeadline(Date.now() + 2_000, () =>
      connection.operatorService.listSearchAttributes({ namespace }),
    );
    return SEARCH_ATTRIBUTES.every((text) => (text.split('=')[0] ?? '') in (customAttributes ?? {}));
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

function running(child: ChildProcess, place: Place, address: string, webUrl: string): RunningTemporal {
  const died = once(child, 'exit').then(
    ([code]) =>
      `Temporal ended by itself (${code ?? 'killed'}): ${lastLines(join(place.home, 'temporal.log'), 5)}`,
  );
  let stopped: Promise<void> | null = null;
  return { pid: child.pid ?? 0, address, webUrl, died, stop: () => (stopped ??= stopServer(child, place)) };
}

async function stopServer(child: ChildProcess, place: Place): Promise<void> {
  await stopChild(child, STOP_TIMEOUT_MS);
  rmSync(join(place.home, 'temporal.pid'), { force: true });
  if (place.temporary) rmSync(place.home, { recursive: true, force: true });
}

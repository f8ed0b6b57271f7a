import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { guardFolder, guardProcess } from './lifeline.ts';
import { freePort } from './ports.ts';
import {
  type Account,
  canEnter,
  copyFor,
  giveTo,
  makeOwnFolder,
  postgresAccount,
  reachablePlaceFor,
} from './postgres-account.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { type Log, lastLines, stopChild, stopOrphan } from './processes.ts';

const USER = 'ringleader';
const DATABASE = 'ringleader';
const PREFERRED_PORT = 15_432;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const LARGEST_LOG_BYTES = 10_000_000;

export interface PostgresOptions {
  /** Keeps the data between starts; null: a temporary folder, removed at the end. */
  readonly dataDir: string | null;
  /** False trades safety at power failure for speed; default: true with a `dataDir`. */
  readonly durable?: boolean;
  readonly log: Log;
}

export interface RunningServer {
  /** Of its first process. */
  readonly pid: number;
  /** Shuts the server down; a second call waits for the same end. */
  stop(): Promise<void>;
  /** Resolves with a sentence when the server ended without `stop`. */
  readonly died: Promise<string>;
}

export interface RunningPostgres extends RunningServer {
  /** With user and password, for the database "ringleader"; the user may create others. */
  readonly url: string;
}

/** One server's folder: `cluster` (PostgreSQL's own), `password`, `postgres.log`. */
interface Place {
  readonly home: string;
  readonly account: Account;
  readonly binaries: PostgresBinaries;
  readonly temporary: boolean;
}

/**
 * Starts the embedded PostgreSQL on a loopback port and creates the database "ringleader". When it does not
 * start, the error holds the end of the server's log.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { log } = options;
  const account = postgresAccount(log);
  const binaries = await postgresBinaries(account, log);
  const temporary = options.dataDir === null;
  const home = options.dataDir === null ? temporaryHome() : reachableHome(options.dataDir, account, log);
  const place: Place = { home, account, binaries, temporary };
  makeOwnFolder(home, account);
  await stopLeftOver(place, log);
  const password = passwordOf(place);
  if (!existsSync(join(home, 'cluster'))) await initialise(place, log);
  assertVersion(place);

  const { child, port } = await startOnFreePort(place, options.durable ?? !temporary, password, log);
  const url = urlFor(port, password, DATABASE);
  const died = once(child, 'exit').then(
    ([code]) =>
      `PostgreSQL ended by itself (${code ?? 'killed'}): ${lastLines(join(home, 'postgres.log'), 5)}`,
  );
  await createDatabase(urlFor(port, password, 'postgres'));
  let stopped: Promise<void> | null = null;
  return { pid: child.pid ?? 0, url, died, stop: () => (stopped ??= stopServer(child, place)) };
}

function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'ringleader-postgres-'));
  guardFolder(home);
  return home;
}

/** The given folder, or a substitute when PostgreSQL's account cannot enter it. */
function reachableHome(dataDir: string, account: Account, log: Log): string {
  mkdirSync(dataDir, { recursive: true });
  giveTo(dataDir, account);
  if (canEnter(dataDir, account)) return dataDir;
  const home = reachablePlaceFor(dataDir);
  log(`PostgreSQL's account cannot enter ${dataDir}: its data are in ${home}`);
  if (!existsSync(home) && existsSync(join(dataDir, 'cluster'))) {
    log('copying the existing data');
    copyFor(account, dataDir, home);
  }
  return home;
}

async function stopLeftOver(place: Place, log: Log): Promise<void> {
  const cluster = join(place.home, 'cluster');
  const pidFile = join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (pid > 0) await stopOrphan(pid, ['postgres', cluster], log);
  // Left by a killed server. Its process id may be in use again, which would prevent the start.
  rmSync(pidFile, { force: true });
}

function passwordOf(place: Place): string {
  const file = join(place.home, 'password');
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
    giveTo(file, place.account);
  }
  return readFileSync(file, 'utf8').trim();
}

/** Created elsewhere and renamed, so that an interruption leaves no partial cluster. */
async function initialise(place: Place, log: Log): Promise<void> {
  log('creating the database cluster');
  const partial = join(place.home, 'cluster.partial');
  rmSync(partial, { recursive: true, force: true });
  makeOwnFolder(partial, place.account);
  const child = spawnAs(place, place.binaries.initdb, [
    `--pgdata=${partial}`,
    `--username=${USER}`,
    `--pwfile=${join(place.home, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    '--no-sync',
  ]);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`initdb failed: ${lastLines(join(place.home, 'postgres.log'), 10)}`);
  renameSync(partial, join(place.home, 'cluster'));
}

function assertVersion(place: Place): void {
  const version = Number(readFileSync(join(place.home, 'cluster', 'PG_VERSION'), 'utf8'));
  if (version === place.binaries.majorVersion) return;
  throw new Error(
    `The data in ${place.home} belong to PostgreSQL ${version}; version ${place.binaries.majorVersion} is installed. ` +
      'Move them with pg_dump of the old version, or name another folder in RINGLEADER_DATA_DIR.',
  );
}

async function startOnFreePort(
  place: Place,
  durable: boolean,
  password: string,
  log: Log,
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(place.temporary ? null : PREFERRED_PORT, 'PostgreSQL', log);
    const child = spawnAs(place, place.binaries.postgres, serverArguments(place, port, durable));
    const failure = await untilReady(child, urlFor(port, password, 'postgres'));
    if (failure === null) return { child, port };
    const words = lastLines(join(place.home, 'postgres.log'), 10);
    // Another process took the port after it was found free.
    if (attempt < 4 && /could not (bind|create any TCP)/.test(words)) continue;
    throw new Error(`PostgreSQL did not start (${failure}). The end of its log:\n${words}`);
  }
}

function serverArguments(place: Place, port: number, durable: boolean): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Error details quote rows, which hold personal data.
    log_error_verbosity: 'terse',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', join(place.home, 'cluster'), '-p', String(port), ...flags];
}

/** Detached, so that Ctrl-C reaches only the launcher, which stops the database last. */
function spawnAs(place: Place, program: string, args: string[]): ChildProcess {
  const { uid, gid } = place.account;
  const logFile = join(place.home, 'postgres.log');
  if (existsSync(logFile) && statSync(logFile).size > LARGEST_LOG_BYTES) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  chmodSync(logFile, 0o600);
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' },
      ...(uid === null || gid === null ? {} : { uid, gid }),
    });
    if (child.pid !== undefined) child.on('exit', guardProcess('servers', child.pid));
    child.on('error', (error) => writeFileSync(logFile, `${error.message}\n`, { flag: 'a' }));
    return child;
  } finally {
    closeSync(log);
  }
}

/** Null when the server answers, otherwise the reason. */
async function untilReady(child: ChildProcess, url: string): Promise<string | null> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.pid === undefined) return 'the program cannot be run';
    if (child.exitCode !== null || child.signalCode !== null) return `ended with ${child.exitCode}`;
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      return null;
    } catch {
      await delay(50);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  child.kill('SIGKILL');
  return `no answer within ${START_TIMEOUT_MS / 1000} s`;
}

async function createDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(DATABASE)}`);
  } finally {
    await client.end();
  }
}

/** SIGINT is PostgreSQL's fast shutdown: connections are closed and data are written. */
async function stopServer(child: ChildProcess, place: Place): Promise<void> {
  await stopChild(child, STOP_TIMEOUT_MS);
  if (place.temporary) rmSync(place.home, { recursive: true, force: true });
}

function urlFor(port: number, password: string, database: string): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
}

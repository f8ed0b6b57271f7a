import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { SWEEP_SCHEDULE_ID, SYNC_SCHEDULE_ID } from '#domain/ids.ts';
import { guardFolder } from '#launcher/lifeline.ts';
import { type RunningServer, startPostgres } from '#launcher/postgres.ts';
import { startTemporal } from '#launcher/temporal.ts';
import { signalTree } from './process-tree.ts';

/** A server that can be killed and stopped, and comes back with all that it had confirmed. */
export interface Breakable {
  /** SIGKILL to all of its processes. */
  kill(): void;
  freeze(): void;
  thaw(): void;
  /** Starts it again after a kill; its port may be another one then. */
  start(): Promise<void>;
  /** Where it listens now. */
  readonly address: { host: string; port: number };
}

export interface Servers {
  postgres: Breakable;
  temporal: Breakable;
  /** An empty database, by name. */
  createDatabase(): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** The address of a database; through `port`, when it is given, instead of the server's own. */
  databaseUrl(name: string, port?: number): string;
  /** A client of Temporal; the caller closes its connection. */
  temporalClient(): Promise<{ client: Client; close(): Promise<void> }>;
  /** Ends the schedules and every workflow that is open, so that the next run begins alone. */
  clearTemporal(): Promise<void>;
  stop(): Promise<void>;
}

/** PostgreSQL and Temporal with their data on disk: both keep what they confirmed when they are killed. */
export async function startServers(): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), 'ringleader-chaos-'));
  guardFolder(folder);
  // PostgreSQL may run under an account of its own.
  chmodSync(folder, 0o755);
  const quiet = () => undefined;
  let url = new URL('postgres://none');
  const postgres = breakable(async () => {
    const server = await startPostgres({ dataDir: join(folder, 'postgres'), durable: true, log: quiet });
    url = new URL(server.url);
    return { server, address: { host: '127.0.0.1', port: Number(url.port) } };
  });
  const temporal = breakable(async () => {
    const server = await startTemporal({ dataDir: join(folder, 'temporal'), log: quiet });
    const [host = '', port] = server.address.split(':');
    return { server, address: { host, port: Number(port) } };
  });
  await Promise.all([postgres.start(), temporal.start()]);

  const admin = async (statement: string) => {
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  const temporalClient = async () => {
    const { host, port } = temporal.address;
    const connection = await Connection.connect({ address: `${host}:${port}` });
    return { client: new Client({ connection }), close: () => connection.close() };
  };
  return {
    postgres,
    temporal,
    async createDatabase() {
      const name = `chaos_${randomBytes(6).toString('hex')}`;
      await admin(`create database ${name}`);
      return name;
    },
    dropDatabase: (name) => admin(`drop database if exists ${name} with (force)`),
    databaseUrl(name, port) {
      const address = new URL(url);
      address.pathname = `/${name}`;
      if (port !== undefined) address.port = String(port);
      return address.href;
    },
    temporalClient,
    async clearTemporal() {
      const { client, close } = await temporalClient();
      try {
        await endEverything(client);
      } finally {
        await close();
      }
    },
    async stop() {
      await Promise.all([postgres.stop(), temporal.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function endEverything(client: Client): Promise<void> {
  for (const id of [SWEEP_SCHEDULE_ID, SYNC_SCHEDULE_ID]) {
    await client.schedule
      .getHandle(id)
      .delete()
      .catch(() => undefined);
  }
  for await (const { workflowId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    await client.workflow
      .getHandle(workflowId)
      .terminate('the run is over')
      .catch(() => undefined);
  }
}

type Started = { server: RunningServer; address: Breakable['address'] };

function breakable(begin: () => Promise<Started>): Breakable & { stop(): Promise<void> } {
  let current: Started | null = null;
  const signal = (name: NodeJS.Signals) => {
    if (current !== null) signalTree(current.server.pid, name);
  };
  return {
    get address() {
      if (current === null) throw new Error('The server was never started.');
      return current.address;
    },
    kill: () => signal('SIGKILL'),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async start() {
      // It is dead, or about to be: a second server on the same data must not meet the first.
      await current?.server.died;
      current = await begin();
    },
    async stop() {
      signal('SIGCONT');
      await current?.server.stop();
    },
  };
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { openLink } from '#chaos/link.ts';
import { Operator } from '#chaos/operator.ts';
import type { WorkerOrders } from '#chaos/orders.ts';
import { type RunningProduct, startProduct } from '#chaos/product.ts';
import { type Servers, startServers } from '#chaos/servers.ts';
import { type Db, openDatabase } from '#db/client.ts';
import { readSettledLedger } from '#demo/ledger.ts';
import { TIMEOUT_ENV } from '#demo/settings.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { checkInvariants } from '#invariants/check.ts';
import type { FaultOptions } from '#simulator/faults.ts';
import { AGENTS } from '#simulator/fleet.ts';
import type { LedgerSnapshot } from '#simulator/ledger.ts';
import { bundleWorkflows } from '#worker/bundle.ts';
import { QUICK } from './people.ts';

/** Processes start, and come back after a kill, on a machine that may be busy with much else. */
const PATIENT = { timeout: 200_000, interval: 100 };

/** The whole product in processes of its own, on servers of its own, all of which may be killed. */
export interface KilledRig {
  servers: Servers;
  product: RunningProduct;
  operator: Operator;
  db: Db;
  /** A started campaign with these leads. */
  launch(phones: readonly string[], settings?: Partial<CampaignSettings>): Promise<string>;
  ledger(): Promise<LedgerSnapshot>;
  setFaults(faults: Partial<FaultOptions>): Promise<void>;
  /** Resolves when the ledger is as it must be. */
  sees(met: (ledger: LedgerSnapshot) => boolean): Promise<void>;
  reaches(campaignId: string, status: string): Promise<void>;
  expectInvariants(): Promise<LedgerSnapshot>;
  stop(): Promise<void>;
}

/** The product's own workflows as a file, or those of another entry. */
export async function writeBundle(folder: string, entry?: string): Promise<string> {
  const file = join(folder, entry === undefined ? 'workflows.js' : 'other-workflows.js');
  await writeFile(file, (await bundleWorkflows(entry)).code);
  return file;
}

export async function startKilledRig(options: {
  seed: number;
  workers?: number;
  ordersOf?: (worker: number, nth: number) => Partial<WorkerOrders>;
}): Promise<KilledRig> {
  const folder = await mkdtemp(join(tmpdir(), 'ringleader-killed-'));
  const bundle = await writeBundle(folder);
  const servers = await startServers();
  const database = await servers.createDatabase();
  const product = await startProduct({
    servers,
    database,
    taskQueue: `killed-${database}`,
    seed: options.seed,
    speed: 40,
    timeouts: { ...TIMEOUT_ENV, SWEEP_EVERY_SECONDS: '3' },
    faults: {},
    workers: options.workers ?? 1,
    ordersOf: (worker, nth) => ({ order: null, clockMs: 0, bundle, ...options.ordersOf?.(worker, nth) }),
    logFolder: folder,
  });
  const view = await openLink(() => servers.postgres.address);
  const db = openDatabase(servers.databaseUrl(database, view.port), { maxConnections: 2 });
  const operator = new Operator(product);
  const ledger = async () => {
    const response = await fetch(`${product.simulatorUrl}/_sim/ledger`);
    return (await response.json()) as LedgerSnapshot;
  };
  return {
    servers,
    product,
    operator,
    db,
    ledger,
    async launch(phones, settings = {}) {
      const { id } = await operator.must<{ id: string }>('POST', '/api/campaigns', {
        name: 'Killed',
        agentId: AGENTS[0]?.agentId,
        settings: { ...QUICK, ...settings },
      });
      await operator.must('POST', `/api/campaigns/${id}/leads`, {
        leads: phones.map((phone) => ({ phone })),
      });
      await operator.must('POST', `/api/campaigns/${id}/start`, {});
      return id;
    },
    async setFaults(faults) {
      const body = JSON.stringify(faults);
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${product.simulatorUrl}/_sim/faults`, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
    },
    sees: (met) =>
      vi.waitFor(async () => expect(met(await ledger())).toBe(true), { ...PATIENT, interval: 20 }),
    reaches: (campaignId, status) =>
      vi.waitFor(async () => {
        const answer = await operator.ask('GET', `/api/campaigns/${campaignId}`);
        expect(answer).toMatchObject({ status: 200, body: { status } });
      }, PATIENT),
    async expectInvariants() {
      const settled = await readSettledLedger(product.simulatorUrl);
      const { client, close } = await servers.temporalClient();
      try {
        const verdict = await checkInvariants({
          db,
          ledger: settled,
          temporal: client,
        });
        expect(Object.values(verdict).flatMap(({ violations }) => violations)).toEqual([]);
      } finally {
        await close();
      }
      return settled;
    },
    async stop() {
      await db.destroy();
      await product.stop();
      await view.close();
      await servers.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** No attempt was requested twice. */
export function expectDialledOnce({ dials }: LedgerSnapshot): void {
  const attempts = dials.map(({ attemptId }) => attemptId);
  expect(attempts.filter((id, index) => attempts.indexOf(id) !== index)).toEqual([]);
}

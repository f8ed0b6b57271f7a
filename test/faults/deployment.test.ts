import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { leadWorkflowId } from '#domain/ids.ts';
import { expectDialledOnce, type KilledRig, startKilledRig, writeBundle } from '../support/killed-rig.ts';
import { numbersEndingIn } from '../support/people.ts';

const BAD_ENTRY = resolve(import.meta.dirname, '..', 'support', 'fixtures', 'bad-workflows.ts');
const SOON = { timeout: 120_000, interval: 200 };

let folder: string;
let rig: KilledRig;
/** The bundle of every worker process that starts; null: the product's own. */
let deployed: string | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringleader-deployment-'));
  rig = await startKilledRig({
    seed: 15,
    workers: 2,
    ordersOf: () => (deployed === null ? {} : { bundle: deployed }),
  });
}, 180_000);
afterAll(async () => {
  await rig?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function deploy(bundle: string | null): Promise<void> {
  deployed = bundle;
  const before = rig.product.workers.map(({ started }) => started);
  for (const worker of rig.product.workers) worker.kill();
  await vi.waitFor(() => {
    for (const [index, { started, pid }] of rig.product.workers.entries())
      expect([started > (before[index] ?? 0), pid !== null]).toEqual([true, true]);
  }, SOON);
}

/** Leads whose workflow tasks fail and are tried again. */
async function stuckLeads(client: Client): Promise<string[]> {
  const open = await rig.db.selectFrom('leads').select('id').where('state', '!=', 'finished').execute();
  const stuck: string[] = [];
  for (const { id } of open) {
    const description = await client.workflow
      .getHandle(leadWorkflowId(id))
      .describe()
      .catch(() => null);
    if ((description?.raw.pendingWorkflowTask?.attempt ?? 0) > 1) stuck.push(id);
  }
  return stuck;
}

test('fault 15: a deployment that breaks determinism, and its rollback: no lead is lost, nobody is dialled twice', {
  timeout: 600_000,
}, async () => {
  const bad = await writeBundle(folder, BAD_ENTRY);
  const phones = numbersEndingIn(...Array<string>(24).fill('08'), '10', '02', '10', '02');
  const id = await rig.launch(phones, { lines: 4 });
  const { client, close } = await rig.servers.temporalClient();
  try {
    await rig.sees(({ dials }) => dials.length >= 6);
    await deploy(bad);
    const begunBefore = await vi.waitFor(async () => {
      const stuck = await stuckLeads(client);
      expect(stuck.length).toBeGreaterThan(0);
      return stuck;
    }, SOON);
    // Of the calls under way the network knows how they ended: the webhooks are kept all the same.
    await rig.sees(({ dials }) => dials.every(({ accepted, endedAt }) => !accepted || endedAt !== null));
    await deploy(null);
    // The sweep looks at leads that have been silent for two minutes: they are so at once.
    const age = async () => {
      await sql`update leads set updated_at = updated_at - interval '10 minutes' where state <> 'finished'`.execute(
        rig.db,
      );
      const { status } = await rig.operator.must<{ status: string }>('GET', `/api/campaigns/${id}`);
      expect(status).toBe('completed');
    };
    await vi.waitFor(age, { timeout: 300_000, interval: 5_000 });
    expect(begunBefore.length).toBeGreaterThan(0);
  } finally {
    await close();
  }
  const ledger = await rig.expectInvariants();
  expectDialledOnce(ledger);
  const leads = await rig.db.selectFrom('leads').select(['state', 'outcome']).execute();
  expect(leads.filter(({ state, outcome }) => state !== 'finished' || outcome === 'unknown')).toEqual([]);
});

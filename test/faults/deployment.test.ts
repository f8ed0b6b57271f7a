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
  const before = await rig.launch(phones, { lines: 4 });
  const { client, close } = await rig.servers.temporalClient();
  try {
    await rig.sees(({ dials }) => dials.length >= 6);
    await deploy(bad);
    await vi.waitFor(async () => expect((await stuckLeads(client)).length).toBeGreaterThan(0), SOON);
    // These begin under the bad code, and are in the middle of long calls at the rollback.
    const dialsBefore = (await rig.ledger()).dials.length;
    const during = await rig.launch(numbersEndingIn(...Array<string>(6).fill('09')), { lines: 6 });
    await rig.sees(({ dials }) => dials.length >= dialsBefore + 6);
    await deploy(null);
    for (const id of [before, during]) {
      await vi.waitFor(
        async () => {
          // The sweep takes up what was silent for two minutes: it is so at once.
          await sql`update leads set updated_at = now() - interval '10 minutes', not_before = least(not_before, now() - interval '10 minutes')
            where state <> 'finished'`.execute(rig.db);
          const { status } = await rig.operator.must<{ status: string }>('GET', `/api/campaigns/${id}`);
          expect(status).toBe('completed');
        },
        { timeout: 200_000, interval: 5_000 },
      );
    }
  } finally {
    await close();
  }
  const ledger = await rig.expectInvariants();
  expectDialledOnce(ledger);
  const leads = await rig.db.selectFrom('leads').select(['state', 'outcome']).execute();
  expect(leads.filter(({ state, outcome }) => state !== 'finished' || outcome === 'unknown')).toEqual([]);
});

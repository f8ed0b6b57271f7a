import { afterAll, expect, test } from 'vitest';
import { takenUpAt } from '#bench/shared/histories.ts';
import type { CheckpointOrder } from '#chaos/orders.ts';
import { leadWorkflowId } from '#domain/ids.ts';
import { expectDialledOnce, type KilledRig, startKilledRig } from '../support/killed-rig.ts';
import { numbersEndingIn } from '../support/people.ts';

/** Where each worker's processes kill themselves, one after another; the last ones live. */
const DEATHS: CheckpointOrder[][] = [
  [
    { at: 'intent_committed', nth: 3, signal: 'SIGKILL' },
    { at: 'answer_recorded', nth: 1, signal: 'SIGKILL' },
  ],
  [
    { at: 'dial_answered', nth: 3, signal: 'SIGKILL' },
    { at: 'call_concluded', nth: 1, signal: 'SIGKILL' },
  ],
];

let rig: KilledRig;
afterAll(() => rig?.stop());

test('fault 1: a worker killed before its dial, after it, and before its answer is recorded: one dial at most, and nobody is lost', {
  timeout: 300_000,
}, async () => {
  rig = await startKilledRig({
    seed: 1,
    workers: 2,
    ordersOf: (worker, nth) => ({ order: DEATHS[worker]?.[nth] ?? null }),
  });
  const phones = numbersEndingIn(...Array<string>(20).fill('00'), '10', '02', '08', '12');
  const id = await rig.launch(phones, { lines: 3 });
  await rig.reaches(id, 'completed');
  expect(rig.product.workers.map(({ killed, crashes }) => [killed, crashes])).toEqual([
    [2, []],
    [2, []],
  ]);
  const ledger = await rig.expectInvariants();
  expectDialledOnce(ledger);
  const calls = await rig.db.selectFrom('calls').select(['id', 'reach', 'source', 'failure']).execute();
  // Who was not dialled before the first kill is certain not to have been; others on the way then may be so, too.
  const absent = calls.filter(({ reach }) => reach === 'not_placed').map(({ id }) => id);
  expect(absent.length).toBeGreaterThan(0);
  expect(ledger.dials.filter(({ attemptId }) => absent.includes(attemptId ?? ''))).toEqual([]);
  // Twenty-four people, two of whom need two calls.
  expect(ledger.dials).toHaveLength(26);
  const leads = await rig.db.selectFrom('leads').select(['state', 'outcome']).execute();
  expect(leads.filter(({ state, outcome }) => state !== 'finished' || outcome === 'unknown')).toEqual([]);
});

test('what a killed worker held goes on within twenty seconds, also the short activity after a call', {
  timeout: 300_000,
}, async () => {
  await rig?.stop();
  const order: CheckpointOrder = { at: 'call_concluded', nth: 3, signal: 'SIGKILL' };
  rig = await startKilledRig({
    seed: 2,
    workers: 2,
    ordersOf: (worker, nth) => ({ order: worker === 0 && nth === 0 ? order : null }),
  });
  const id = await rig.launch(numbersEndingIn(...Array<string>(30).fill('08')), { lines: 5 });
  await rig.reaches(id, 'completed');
  const [worker] = rig.product.workers;
  expect(worker?.killed).toBe(1);
  const killedAtMs = worker?.killedAtMs ?? 0;
  const leads = await rig.db.selectFrom('leads').select('id').execute();
  const { client, close } = await rig.servers.temporalClient();
  try {
    const again = leads.map(({ id }) => takenUpAt(client, leadWorkflowId(id), killedAtMs));
    const waitedMs = (await Promise.all(again)).flat().map((ms) => ms - killedAtMs);
    expect(waitedMs.length).toBeGreaterThan(0);
    expect(Math.max(...waitedMs)).toBeLessThan(20_000);
  } finally {
    await close();
  }
  expectDialledOnce(await rig.expectInvariants());
});

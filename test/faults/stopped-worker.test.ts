import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type KilledRig, startKilledRig } from '../support/killed-rig.ts';
import { numbersEndingIn } from '../support/people.ts';

let rig: KilledRig | undefined;

afterEach(async () => {
  await rig?.stop();
});

/** Longer than a permission to dial lasts, and shorter than the dial's own deadline. */
const STOPPED_MS = 1_300;

test('fault 13: a worker that is stopped between the commit and the request, over an opt-out: no phone rings', async () => {
  rig = await startKilledRig({
    seed: 13,
    ordersOf: (_worker, nth) =>
      nth === 0 ? { order: { at: 'intent_committed', nth: 1, signal: 'SIGSTOP' } } : {},
  });
  const { db, operator, product } = rig;
  const [phone = ''] = numbersEndingIn('00');
  const id = await rig.launch([phone]);
  const calls = () => db.selectFrom('calls').select(['id', 'reach', 'failure']).execute();
  await expect.poll(calls, { timeout: 200_000, interval: 10 }).toHaveLength(1);
  const stoppedAtMs = Date.now();
  const added = await operator.must<{ inFlight: number }>('POST', '/api/opt-outs', { phone });
  expect(added.inFlight).toBe(1);
  await delay(Math.max(0, stoppedAtMs + STOPPED_MS - Date.now()));
  for (const worker of product.workers) worker.thaw();
  await rig.reaches(id, 'completed');
  expect(await calls()).toMatchObject([{ reach: 'not_placed' }]);
  const { dials } = await rig.expectInvariants();
  expect(dials).toEqual([]);
}, 600_000);

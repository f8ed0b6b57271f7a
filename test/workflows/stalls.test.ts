import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { numbersEndingIn } from '../support/people.ts';

let chain: Chain;

afterEach(async () => {
  await chain?.stop();
});

/** Longer than a permission to dial lasts, shorter than the dial's own deadline. */
const STALL_MS = 2_600;

/** A chain that stands still once between the gate's commit and the request, while `meanwhile` is done. */
async function startStalling(meanwhile: () => Promise<void>): Promise<{ stalled(): boolean }> {
  let state: 'armed' | 'stalled' | 'over' = 'armed';
  chain = await startChain({
    timeouts: { dialTimeoutMs: 30_000 },
    checkpoint: async (at) => {
      if (at !== 'intent_committed' || state !== 'armed') return;
      state = 'stalled';
      await meanwhile();
      await delay(STALL_MS);
      state = 'over';
    },
  });
  return { stalled: () => state === 'over' };
}

const [PHONE = ''] = numbersEndingIn('00');

describe('a worker that stands still between the gate and the request', () => {
  test('fault 13: an opt-out that is acknowledged meanwhile: no phone rings', async () => {
    const { stalled } = await startStalling(async () => {
      const added = await chain.call<{ inFlight: number; inFlightCallIds: string[] }>(
        'POST',
        '/api/opt-outs',
        { phone: PHONE },
      );
      // It is counted, since its gate was passed before; and it must not ring all the same.
      expect(added).toMatchObject({ status: 201, body: { inFlight: 1 } });
      expect(added.body.inFlightCallIds).toHaveLength(1);
    });
    const id = await chain.launch([PHONE]);
    await chain.reaches(id, 'completed');
    expect(stalled()).toBe(true);
    expect(chain.simulator.ledger.dials).toEqual([]);
    await chain.expectInvariants();
  });

  test('fault 14: a pause that is acknowledged meanwhile: no phone rings until it is resumed', async () => {
    let id = '';
    const paused = Promise.withResolvers<void>();
    const { stalled } = await startStalling(async () => {
      expect((await chain.call('POST', `/api/campaigns/${id}/pause`)).status).toBe(202);
      paused.resolve();
    });
    id = await chain.launch([PHONE]);
    await paused.promise;
    await expect.poll(stalled, { timeout: 30_000 }).toBe(true);
    await expect
      .poll(() => chain.db.selectFrom('calls').select(['status', 'reach']).execute(), { timeout: 30_000 })
      .toEqual([{ status: 'ended', reach: 'not_placed' }]);
    expect(chain.simulator.ledger.dials).toEqual([]);
    expect((await chain.call('POST', `/api/campaigns/${id}/resume`)).status).toBe(202);
    await chain.reaches(id, 'completed');
    expect(chain.simulator.ledger.dials).toHaveLength(1);
    await chain.expectInvariants();
  });
});

import { afterEach, expect, test, vi } from 'vitest';
import { NO_FAULTS } from '#simulator/faults.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { numbersEndingIn } from '../support/people.ts';

const LONG = { timeout: 60_000, interval: 100 };

let chain: Chain;

afterEach(async () => {
  await chain?.stop();
});

test('case 17: a dial that reached nobody, settled so after its campaign had completed, is made again', async () => {
  // Nobody can prove that it was not placed: the provider failed, and there is no carrier to ask.
  chain = await startChain({
    carrier: 'none',
    timeouts: { callMarginMs: 500 },
    faults: { ...NO_FAULTS, dialServerErrorBeforeAccept: { next: 1 } },
  });
  const [phone = ''] = numbersEndingIn('00');
  const id = await chain.launch([phone], { ringSeconds: 30, maxCallSeconds: 600 });
  await vi.waitFor(async () => {
    const call = await chain.db.selectFrom('calls').select(['id', 'status']).executeTakeFirst();
    expect(call).toBeDefined();
    expect(chain.simulator.ledger.dials).toHaveLength(1);
  }, LONG);
  // Its deadline comes now: the workflow's own has been read, so the sweep closes it.
  await vi.waitFor(async () => {
    await chain.db
      .updateTable('calls')
      .set({ deadline_at: new Date(Date.now() - 60_000) })
      .where('status', '!=', 'ended')
      .execute();
    await chain.sweep();
    const call = await chain.db.selectFrom('calls').select('reach').executeTakeFirst();
    expect(call).toEqual({ reach: 'unknown' });
  }, LONG);
  await chain.reaches(id, 'completed');
  const { body: before } = await chain.call<{ items: { id: number; choices: string[] }[] }>(
    'GET',
    '/api/attention',
  );
  expect(before.items).toMatchObject([{ choices: ['placed', 'not_placed', 'answered', 'no_answer'] }]);
  const settled = await chain.call('POST', `/api/attention/${before.items[0]?.id}/settle`, {
    outcome: 'not_placed',
    note: 'The provider has no such call.',
  });
  expect(settled.status, JSON.stringify(settled.body)).toBe(200);
  await vi.waitFor(async () => {
    const calls = await chain.db
      .selectFrom('calls')
      .select(['attempt', 'reach'])
      .orderBy('attempt')
      .execute();
    expect(calls).toEqual([
      { attempt: 1, reach: 'not_placed' },
      { attempt: 2, reach: expect.stringMatching(/^(answered|no_answer)$/) },
    ]);
  }, LONG);
  await chain.reaches(id, 'completed');
  expect(chain.simulator.ledger.dials.filter(({ accepted }) => accepted).length).toBeGreaterThan(0);
  const { body: after } = await chain.call<{ items: unknown[] }>('GET', '/api/attention');
  expect(after.items).toEqual([]);
  await chain.expectInvariants();
}, 150_000);

import { afterEach, expect, test } from 'vitest';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { numbersEndingIn } from '../support/people.ts';

let chain: Chain;

afterEach(async () => {
  await chain?.stop();
});

const WITHIN = { timeout: 60_000 };

test('a worker that is told to stop right before a gate passes none: the lead is called by the next one', async () => {
  chain = await startChain();
  const { prepareDial } = chain.context.voice;
  const prepares = Promise.withResolvers<void>();
  const stops = Promise.withResolvers<void>();
  chain.context.voice.prepareDial = async (agentId) => {
    prepares.resolve();
    await stops.promise;
    return await prepareDial(agentId);
  };
  const id = await chain.launch(numbersEndingIn('00'));
  await prepares.promise;
  const stopped = chain.stopWorker();
  stops.resolve();
  await stopped;
  expect(await chain.db.selectFrom('calls').select('id').execute()).toEqual([]);
  expect(chain.simulator.ledger.dials).toEqual([]);
  chain.context.voice.prepareDial = prepareDial;
  await chain.startWorker();
  await chain.reaches(id, 'completed');
  expect(chain.simulator.ledger.dials).toHaveLength(1);
  await chain.expectInvariants();
}, 90_000);

test('a worker whose clock is wrong places no call until it is right', async () => {
  chain = await startChain();
  let asked = 0;
  let problem: string | null = "this machine's clock is 60.0 s ahead of the database's: set it by NTP";
  chain.context.standsBack = () => {
    asked += 1;
    return problem;
  };
  const id = await chain.launch(numbersEndingIn('00'));
  await expect.poll(() => asked, WITHIN).toBeGreaterThan(1);
  expect(await chain.db.selectFrom('calls').select('id').execute()).toEqual([]);
  problem = null;
  await chain.reaches(id, 'completed');
  expect(chain.simulator.ledger.dials).toHaveLength(1);
  await chain.expectInvariants();
}, 90_000);

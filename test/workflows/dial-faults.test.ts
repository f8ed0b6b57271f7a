import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { leadWorkflowId } from '#domain/ids.ts';
import { type FaultOptions, NO_FAULTS } from '#simulator/faults.ts';
import { type LeadState, leadStateQuery } from '#workflows/messages.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';

/** People who need one call, and two who need another. */
const PEOPLE = ['00', '00', '00', '08', '08', '12', '02', '10'];

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain();
});

afterAll(async () => {
  await chain?.stop();
});

beforeEach(() => {
  chain.simulator.setFaults(NO_FAULTS);
});

async function run(faults: Partial<FaultOptions>, lines = 10): Promise<string> {
  chain.simulator.setFaults(faults);
  const id = await chain.launch(phonesOf(...PEOPLE), { lines });
  await chain.reaches(id, 'completed');
  return id;
}

/** The dial requests of a campaign, and its call rows. */
async function whatHappened(campaignId: string) {
  const calls = await chain.db
    .selectFrom('calls')
    .select(['id', 'lead_id', 'reach', 'failure', 'source'])
    .where('campaign_id', '=', campaignId)
    .execute();
  const ids = new Set(calls.map(({ id }) => id));
  const dials = chain.simulator.ledger.dials.filter(({ attemptId }) => ids.has(attemptId ?? ''));
  return { calls, dials };
}

/** However its dials were answered: everybody was called until done, and no attempt was requested twice. */
async function expectAllCalledOnce(campaignId: string) {
  const { calls, dials } = await whatHappened(campaignId);
  expect(new Set(dials.map(({ attemptId }) => attemptId)).size).toBe(dials.length);
  expect(dials.filter(({ accepted }) => accepted)).toHaveLength(PEOPLE.length + 2);
  const placed = calls.filter(({ reach }) => reach !== 'not_placed');
  expect(placed).toHaveLength(PEOPLE.length + 2);
  expect(placed.filter(({ reach }) => reach === 'unknown')).toEqual([]);
  await chain.expectInvariants();
  return { calls, dials };
}

describe('fault 2: a dial that was accepted, and of which we hear', () => {
  test.for<[string, Partial<FaultOptions>, string]>([
    ['500', { dialServerErrorAfterAccept: { next: 6 } }, 'server_error'],
    ['a body that says too little', { dialMalformedAfterAccept: { next: 6 } }, 'malformed'],
    ['nothing', { dialTimeoutAfterAccept: { next: 6 } }, 'timeout'],
    ['a reset connection', { dialResetAfterAccept: { next: 6 } }, 'reset'],
  ])('%s: it is found and taken over', async ([, faults, answer]) => {
    const id = await run({ ...faults, webhookLoss: 0.5 });
    const { calls, dials } = await expectAllCalledOnce(id);
    expect(dials.filter((dial) => dial.answer === answer)).toHaveLength(6);
    expect(calls.filter(({ reach }) => reach === 'not_placed')).toEqual([]);
  });

  test('nothing, while the list shows it late and no webhook comes', async () => {
    const id = await run({ dialResetAfterAccept: { next: 4 }, webhookLoss: 1, listingLagMs: 700 });
    const { calls } = await expectAllCalledOnce(id);
    expect(calls.filter(({ reach }) => reach === 'not_placed')).toEqual([]);
  });
});

describe('a dial that was not accepted', () => {
  test('fault 3: 429 in a storm: tried again later, as attempts of their own, on no more lines', async () => {
    const id = await run({ dialThrottle: { next: 8 } }, 4);
    const { calls, dials } = await expectAllCalledOnce(id);
    expect(dials.filter(({ answer }) => answer === 'throttled')).toHaveLength(8);
    const refused = calls.filter(({ reach }) => reach === 'not_placed');
    // By the dial's own answer: nothing was looked up.
    expect(refused.map(({ source }) => source)).toEqual(Array(8).fill(null));
    // A lead's attempts that failed in a row, each waiting longer: a storm is not answered with a storm.
    const mostOfOne = Math.max(
      ...[...Map.groupBy(calls, (call) => call.lead_id).values()].map((of) => of.length),
    );
    expect(mostOfOne).toBeLessThan(6);
  });

  test('500 and nothing rings: looked for in vain, and tried again', async () => {
    const id = await run({ dialServerErrorBeforeAccept: { next: 4 } });
    const { calls, dials } = await expectAllCalledOnce(id);
    expect(dials.filter(({ accepted }) => !accepted)).toHaveLength(4);
    const lost = calls.filter(({ failure }) => failure === 'No provider knows of this call.');
    expect(lost.map(({ source }) => source)).toEqual(Array(4).fill('reconciled'));
  });

  test('500 and nothing rings, while the providers cannot be asked: settled as soon as they can', async () => {
    chain.simulator.setFaults({ dialServerErrorBeforeAccept: { next: 1 } });
    const id = await chain.launch(phonesOf('00'));
    chain.simulator.setFaults({ readErrors: 1 });
    const { id: leadId } = await chain.db
      .selectFrom('leads')
      .select('id')
      .where('campaign_id', '=', id)
      .executeTakeFirstOrThrow();
    await vi.waitFor(
      async () => {
        const handle = chain.client.workflow.getHandle(leadWorkflowId(leadId));
        expect(await handle.query<LeadState, []>(leadStateQuery)).toMatchObject({
          phase: 'call',
          attempt: 1,
        });
      },
      { timeout: 20_000 },
    );
    chain.simulator.setFaults({ readErrors: 0 });
    await chain.reaches(id, 'completed');
    const { calls } = await whatHappened(id);
    expect(calls.map(({ reach }) => reach).sort()).toEqual(['answered', 'not_placed']);
    await chain.expectInvariants();
  });

  test('400: the lead is finished, the others go on', async () => {
    chain.simulator.setFaults({ dialRefuse: { next: 2 } });
    const id = await chain.launch(phonesOf('08', '08', '08', '08'));
    await chain.reaches(id, 'completed');
    const leads = await chain.db
      .selectFrom('leads')
      .select('outcome')
      .where('campaign_id', '=', id)
      .execute();
    expect(leads.map(({ outcome }) => outcome).sort()).toEqual([
      'answered',
      'answered',
      'refused',
      'refused',
    ]);
    await chain.expectInvariants();
  });
});

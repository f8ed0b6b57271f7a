import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain();
});
afterAll(() => chain?.stop());

async function leadOf(campaignId: string) {
  return await chain.db
    .selectFrom('leads')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
}

const dialsOf = (leadId: string) =>
  chain.simulator.ledger.dials.filter(({ attemptId }) => attemptId?.startsWith(`${leadId}.`));

async function eventsOf(leadId: string, type: 'lead.backing_off' | 'lead.finished') {
  const events = await chain.db
    .selectFrom('events')
    .select('data')
    .where('lead_id', '=', leadId)
    .where('type', '=', type)
    .orderBy('id')
    .execute();
  return events.map(({ data }) => data);
}

test('case 18: a callback asked for in the last attempt is made, and said to be one beyond', async () => {
  const id = await chain.launch(phonesOf('06'), { maxAttempts: 1 });
  await chain.reaches(id, 'completed');
  const lead = await leadOf(id);
  expect(lead).toMatchObject({ outcome: 'converted', attempts_used: 2, attempts_allowed: 2 });
  expect(dialsOf(lead.id).map(({ profile }) => profile)).toEqual(['asks_callback', 'converts']);
  expect(await eventsOf(lead.id, 'lead.backing_off')).toMatchObject([
    { kind: 'callback', beyondLimit: true },
  ]);
  await chain.expectInvariants();
});

test('case 18: with the setting off the last attempt is the last', async () => {
  const id = await chain.launch(phonesOf('06'), { maxAttempts: 1, callbackBeyondLimit: false });
  await chain.reaches(id, 'completed');
  const lead = await leadOf(id);
  expect(lead).toMatchObject({ outcome: 'attempts_spent', attempts_used: 1, attempts_allowed: null });
  expect(dialsOf(lead.id)).toHaveLength(1);
  await chain.expectInvariants();
});

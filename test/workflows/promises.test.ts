import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { leadWorkflowId } from '#domain/ids.ts';
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

const callNow = (leadId: string) =>
  chain.call<{ beyondLimit: boolean; detail: string }>('POST', `/api/leads/${leadId}/call-now`);

test('case 18: call-now dials a finished lead of a completed campaign once more, beyond its attempts', async () => {
  const id = await chain.launch(phonesOf('08'), { maxAttempts: 1 });
  await chain.reaches(id, 'completed');
  const { id: leadId } = await leadOf(id);
  const answer = await callNow(leadId);
  expect([answer.status, answer.body.beyondLimit]).toEqual([202, true]);
  await vi.waitFor(() => expect(dialsOf(leadId)).toHaveLength(2), { timeout: 30_000 });
  await chain.reaches(id, 'completed');
  expect(await leadOf(id)).toMatchObject({ outcome: 'answered', attempts_used: 2, attempts_allowed: 2 });
  await chain.expectInvariants();
});

test('case 18: call-now dials a lead that backs off, and one whose workflow is gone', async () => {
  const retryAfterSeconds = { no_answer: 86_400, busy: 86_400, failed: 1, voicemail: null };
  const id = await chain.launch(phonesOf('10'), { retryAfterSeconds });
  const waits = async () => expect((await leadOf(id)).state).toBe('backing_off');
  await vi.waitFor(waits, { timeout: 30_000 });
  const { id: leadId } = await leadOf(id);
  expect((await callNow(leadId)).status).toBe(202);
  await chain.reaches(id, 'completed');
  expect(await leadOf(id)).toMatchObject({ outcome: 'converted', attempts_used: 2, attempts_allowed: null });

  const other = await chain.launch(phonesOf('10'), { retryAfterSeconds });
  await vi.waitFor(async () => expect((await leadOf(other)).state).toBe('backing_off'), { timeout: 30_000 });
  const { id: lostId } = await leadOf(other);
  await chain.client.workflow.getHandle(leadWorkflowId(lostId)).terminate();
  expect((await callNow(lostId)).status).toBe(202);
  await chain.reaches(other, 'completed');
  expect(dialsOf(lostId)).toHaveLength(2);
  await chain.expectInvariants();
});

test('case 18: call-now is refused in a campaign that was stopped', async () => {
  const id = await chain.launch(phonesOf('01'), {
    retryAfterSeconds: { no_answer: 86_400, busy: 1, failed: 1, voicemail: null },
  });
  await vi.waitFor(async () => expect((await leadOf(id)).state).toBe('backing_off'), { timeout: 30_000 });
  expect((await chain.call('POST', `/api/campaigns/${id}/stop`)).status).toBe(202);
  await vi.waitFor(async () => expect((await leadOf(id)).outcome).toBe('stopped'), { timeout: 30_000 });
  const { id: leadId } = await leadOf(id);
  const { status, body } = await callNow(leadId);
  expect([status, body.detail]).toEqual([
    409,
    'The call is not placed, and does not wait: The campaign is stopped.',
  ]);
  expect((await leadOf(id)).outcome).toBe('stopped');
  expect(dialsOf(leadId)).toHaveLength(1);
  await chain.expectInvariants();
});

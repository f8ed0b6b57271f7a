import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { type Chain, SECRET, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import { connectTexts, createLead, eventTypes, messagesOf, textFrom } from '../support/texting-rig.ts';
import { watchDials } from '../support/voice-spy.ts';
import { WITHIN } from '../support/within.ts';

let chain: Chain;

beforeAll(async () => {
  chain = await startChain();
  connectTexts(chain);
});

afterAll(() => chain?.stop());

afterEach(() => {
  vi.restoreAllMocks();
});

interface LeadRow {
  state: string;
  outcome: string | null;
}

const book = createPhoneBook();
const number = (ending: string) => book(ending)[0] ?? '';
const run = (campaignId: string) => chain.call('POST', `/api/campaigns/${campaignId}/start`, {});
const readLead = async (id: string) => (await chain.call<LeadRow>('GET', `/api/leads/${id}`)).body;

test('a text back ends the waiting for the next attempt, and no call follows', async () => {
  const phone = number('01');
  const { campaignId, leadId } = await createLead(chain, phone, {
    settings: { retryAfterSeconds: { no_answer: 86_400, busy: 1, failed: 1, voicemail: 1 } },
  });
  await run(campaignId);
  await vi.waitFor(async () => expect((await readLead(leadId)).state).toBe('backing_off'), 20_000);
  await textFrom(chain, phone, 'Who was that?');
  await vi.waitFor(async () => expect((await readLead(leadId)).outcome).toBe('replied'), 20_000);
  await chain.reaches(campaignId, 'completed');
  expect(chain.simulator.ledger.dials.filter(({ to }) => to === phone)).toHaveLength(1);
  expect(await eventTypes(chain, { leadId })).toContain('lead.replied');
  await chain.expectInvariants();
});

test('the gate refuses a lead that has replied since its last call', async () => {
  const { campaignId, leadId } = await createLead(chain, number('01'));
  // Nobody notifies the workflow: the text is there when the next attempt comes to the gate.
  const dials = watchDials(chain.context.voice);
  vi.spyOn(chain.context.workflows, 'lineFreed').mockImplementationOnce(async (id, freed) => {
    const later = new Date(Date.now() + 3_600_000);
    await chain.db.updateTable('leads').set({ replied_at: later }).where('id', '=', leadId).execute();
    vi.mocked(chain.context.workflows.lineFreed).mockRestore();
    return await chain.context.workflows.lineFreed(id, freed);
  });
  await run(campaignId);
  await vi.waitFor(async () => expect((await readLead(leadId)).outcome).toBe('replied'), 20_000);
  expect(dials).toHaveLength(1);
});

test('what was written before a call is in its variables, and nothing where there was nothing', async () => {
  const [first = '', second = ''] = book('00', '08');
  const known = await createLead(chain, first);
  const other = await createLead(chain, second);
  await textFrom(chain, first, 'Call me about the 👍 offer');
  const dials = watchDials(chain.context.voice);
  for (const { campaignId } of [known, other]) {
    await run(campaignId);
    await chain.reaches(campaignId, 'completed');
  }
  const histories = dials.map(({ variables }) => variables.history);
  expect(histories).toEqual(['just now: the person sent a text: "Call me about the 👍 offer"', undefined]);
});

test.for([
  ['done', true],
  ['unavailable', false],
] as const)('a text during a call goes to its agent: %s', async ([answer, sent]) => {
  // Slow enough to write a text while the call is under way.
  const slow = await startChain({ speed: 20 });
  onTestFinished(() => slow.stop());
  connectTexts(slow);
  const command = vi.spyOn(slow.context.voice, 'command').mockResolvedValue(answer);
  const phone = number('09');
  const { campaignId, leadId } = await createLead(slow, phone);
  await slow.call('POST', `/api/campaigns/${campaignId}/start`, {});
  const live = await vi.waitFor(async () => {
    const call = await slow.db
      .selectFrom('calls')
      .select(['id', 'conversation_id'])
      .where('lead_id', '=', leadId)
      .executeTakeFirstOrThrow();
    expect(call.conversation_id).not.toBeNull();
    return call;
  }, 20_000);
  await textFrom(slow, phone, 'I am at the door');
  await vi.waitFor(
    async () => expect(await eventTypes(slow, { leadId })).toContain('call.context_sent'),
    WITHIN,
  );
  expect(command.mock.calls).toEqual([
    [
      live.conversation_id,
      { kind: 'context', text: 'The person has just sent a text message: "I am at the door"' },
    ],
  ]);
  const { data } = await slow.db
    .selectFrom('events')
    .select('data')
    .where('type', '=', 'call.context_sent')
    .executeTakeFirstOrThrow();
  if (sent) expect(data).not.toHaveProperty('why');
  else expect(data).toEqual({ sent: false, why: 'unavailable' });
  const [text] = await messagesOf(slow, `leadId=${leadId}`);
  expect(text).toMatchObject({ callId: live.id });
});

test('an agent answers a text with what was said before, and not more often than it may', async () => {
  const phone = number('00');
  const { leadId } = await createLead(chain, phone, {
    settings: { autoReply: { rules: [], agent: { agentId: 'agent_writer', maxTurns: 1 } } },
  });
  const say = vi.fn(async () => '  Gladly: at noon.  ');
  const close = vi.fn();
  const open = vi
    .spyOn(chain.context.voice, 'openTextTalk')
    .mockResolvedValue({ say, close, conversationId: 'conv_text' });
  await textFrom(chain, phone, 'When can you call?');
  await vi.waitFor(async () => {
    const answers = await messagesOf(chain, `leadId=${leadId}&direction=outbound`);
    expect(answers.map(({ body }) => body)).toEqual(['Gladly: at noon.']);
  }, 20_000);
  expect(open.mock.calls[0]?.[0]).toMatchObject({
    agentId: 'agent_writer',
    variables: { name: 'Robin', lead_id: leadId, history: expect.stringContaining('When can you call?') },
  });
  expect(say).toHaveBeenCalledWith('When can you call?');
  expect(close).toHaveBeenCalledTimes(1);
  await textFrom(chain, phone, 'And where?');
  const [second] = await messagesOf(chain, `leadId=${leadId}&direction=inbound`);
  const done = await chain.client.workflow.getHandle(`reply/${second?.id}`).result();
  expect(done).toEqual({ answerId: null });
});

test('who calls in is known within half a second, or sensibly unknown; without the secret nothing is disclosed', async () => {
  const phone = number('00');
  const { leadId } = await createLead(chain, phone);
  await textFrom(chain, phone, 'I will call you');
  const ask = async (body: unknown, headers: Record<string, string>) => {
    const response = await fetch(`${chain.url}/webhooks/elevenlabs/initiation`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const secret = { 'x-ringleader-secret': SECRET };
  const caller = (callerId: string) => ({
    caller_id: callerId,
    agent_id: 'agent_1',
    called_number: '+12125550190',
    call_sid: 'CA1',
  });
  // Whom it takes too long to find is unknown: on a busy machine, the first who call.
  const known = await vi.waitFor(async () => {
    const answer = await ask(caller(phone), secret);
    expect(answer.body.dynamic_variables.known_caller).toBe(true);
    return answer;
  }, 10_000);
  expect(known).toMatchObject({
    status: 200,
    body: {
      type: 'conversation_initiation_client_data',
      dynamic_variables: { known_caller: true, name: 'Robin', lead_id: leadId, campaign: 'Chain' },
    },
  });
  expect(known.body.dynamic_variables.history).toContain('I will call you');
  for (const stranger of ['+12125550191', 'anonymous', '']) {
    const { status, body } = await ask(caller(stranger), secret);
    expect([status, body.dynamic_variables]).toEqual([
      200,
      { known_caller: false, name: '', campaign: '', history: '' },
    ]);
  }
  // While the database keeps one waiting, the caller is not.
  await inTransaction(chain.db, async (tx) => {
    await sql`lock table leads`.execute(tx);
    const { status, body } = await ask(caller(phone), secret);
    expect([status, body.dynamic_variables.known_caller]).toEqual([200, false]);
  });
  expect((await ask(caller(phone), {})).status).toBe(401);
  expect((await ask(caller(phone), { 'x-ringleader-secret': 'wrong' })).status).toBe(401);
  expect((await ask(caller(phone), { ...secret, 'elevenlabs-signature': 't=1,v0=00' })).status).toBe(401);
  expect((await ask('no object', secret)).status).toBe(400);
});

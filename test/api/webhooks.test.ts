import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Workflows } from '#services/workflows.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall, setLead } from '../support/api-rows.ts';
import { endedEvent, ringLead, sendEvent, storedEvents } from '../support/webhook-events.ts';

let api: ApiRig;
let notified: string[];
let next = 0;
let leadId: string;
let callId: string;
let conversationId: string;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  notified = [];
  answerWith({ kind: 'done', value: undefined });
  next += 1;
  ({ leadId, callId, conversationId } = await ringLead(api, next));
});

/** How the lead's workflow replies when it is notified of its call's end. */
function answerWith(answer: Awaited<ReturnType<Workflows['callEnded']>>): void {
  api.workflows.current = recordingWorkflows({
    callEnded: async (lead, call) => {
      notified.push(`${lead} ${call}`);
      return answer;
    },
  });
}

const ended = (conversation = conversationId, attempt: string | null = callId) =>
  endedEvent(conversation, attempt, next);
const send = (event: unknown, options: Parameters<typeof sendEvent>[2] = {}) =>
  sendEvent(api, event, options);

const stored = () => storedEvents(api, conversationId);

test('the end of a call is merged, and its lead is notified', async () => {
  expect(await send(ended())).toMatchObject({ status: 200, body: { received: true } });
  const { body: call } = await api.call('GET', `/api/calls/${callId}`);
  expect(call).toMatchObject({
    status: 'ended',
    reach: 'answered',
    converted: true,
    source: 'webhook',
    talkSeconds: 60,
    costCents: 10,
    summary: 'Went well.',
    to: expect.stringMatching(/^\+1415555/),
    from: '+14155550100',
  });
  expect(call.transcript).toHaveLength(2);
  expect(notified).toEqual([`${leadId} ${callId}`]);
  expect(await stored()).toMatchObject([{ call_id: callId, deliveries: 1, signalled_at: expect.any(Date) }]);
});

test('fault 4: a hundred deliveries at once have one effect', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => send(ended())));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const events = await stored();
  expect(events).toMatchObject([{ deliveries: 100 }]);
  const log = await api.context.db
    .selectFrom('events')
    .select('type')
    .where('call_id', '=', callId)
    .execute();
  expect(log.filter(({ type }) => type === 'call.ended')).toHaveLength(1);
});

test('a lead that could not be notified is notified with the next delivery, one that is gone needs nothing', async () => {
  answerWith({ kind: 'silent', why: 'no answer' });
  expect((await send(ended())).status).toBe(200);
  expect(await stored()).toMatchObject([{ merged_at: expect.any(Date), signalled_at: null }]);
  answerWith({ kind: 'absent' });
  await send(ended());
  expect(await stored()).toMatchObject([{ deliveries: 2, signalled_at: expect.any(Date) }]);
  await send(ended());
  expect(notified).toHaveLength(2);
});

test('fault 6: hours late, when the call was given up long ago: it settles what was unknown', async () => {
  const endedAt = new Date(Date.now() - 6 * 3_600_000);
  const givenUp = { status: 'ended', reach: 'unknown', ended_at: endedAt, concluded_at: endedAt } as const;
  const { db } = api.context;
  await db
    .updateTable('calls')
    .set({ ...givenUp, failure: 'Its end was never reported.' })
    .where('id', '=', callId)
    .execute();
  await setLead(db, leadId, { state: 'finished', outcome: 'unknown', finished_at: endedAt });
  await db.insertInto('attention').values({ kind: 'unknown_call', subject: callId, detail: 'x' }).execute();
  expect((await send(ended())).status).toBe(200);
  expect((await api.call('GET', `/api/calls/${callId}`)).body).toMatchObject({
    reach: 'answered',
    converted: true,
    needsAttention: false,
  });
  expect((await api.call('GET', `/api/leads/${leadId}`)).body).toMatchObject({
    state: 'finished',
    outcome: 'converted',
  });
});

test('a dial that was taken for not placed, reported after the next: the lead shows its last call', async () => {
  const endedAt = new Date(Date.now() - 60_000);
  const over = { status: 'ended', ended_at: endedAt, concluded_at: endedAt } as const;
  const { db } = api.context;
  await db
    .updateTable('calls')
    .set({ ...over, conversation_id: null, reach: 'not_placed' })
    .where('id', '=', callId)
    .execute();
  await insertCall(db, leadId, { attempt: 2, ...over, reach: 'busy' });
  await setLead(db, leadId, {
    state: 'finished',
    outcome: 'attempts_spent',
    finished_at: endedAt,
    last_reach: 'busy',
  });
  expect((await send(ended())).status).toBe(200);
  expect((await api.call('GET', `/api/calls/${callId}`)).body).toMatchObject({
    reach: 'answered',
    needsAttention: true,
  });
  const lead = await db.selectFrom('leads').selectAll().where('id', '=', leadId).executeTakeFirstOrThrow();
  expect(lead).toMatchObject({ last_reach: 'busy', disposition: null, score: null, converted: true });
});

test('an unknown conversation is stored, answered 200, and listed', async () => {
  conversationId = `conv_stranger_${next}`;
  expect((await send(ended(conversationId, null))).status).toBe(200);
  const [event] = await stored();
  expect(event).toMatchObject({ call_id: null, merged_at: null, signalled_at: null });
  const { body } = await api.call('GET', '/api/attention');
  expect(body.items[0]).toMatchObject({ kind: 'unmatched_webhook', subject: String(event?.id) });
  expect(body.items[0].detail).toContain(conversationId);
  await send(ended(conversationId, null));
  expect(
    (await api.call('GET', '/api/attention')).body.items.filter(
      ({ subject }: { subject: string }) => subject === String(event?.id),
    ),
  ).toHaveLength(1);
});

test('a call whose conversation is not known yet is found by its attempt', async () => {
  await api.context.db
    .updateTable('calls')
    .set({ conversation_id: null, status: 'dialling' })
    .where('id', '=', callId)
    .execute();
  await send(ended());
  expect((await api.call('GET', `/api/calls/${callId}`)).body).toMatchObject({
    conversationId,
    reach: 'answered',
  });
});

test('a transcript of 5 MB is merged, and a replay of it is a no-op', async () => {
  const event = ended();
  event.data.transcript = Array.from({ length: 5_000 }, (_, index) => ({
    role: index % 2 === 0 ? 'agent' : 'user',
    message: 'x'.repeat(1_000),
    time_in_call_secs: index,
  }));
  expect((await send(event)).status).toBe(200);
  expect((await send(event)).status).toBe(200);
  expect((await api.call('GET', `/api/calls/${callId}`)).body.transcript).toHaveLength(5_000);
  expect(await stored()).toMatchObject([{ deliveries: 2 }]);
});

test.each<[string, (data: Record<string, unknown>) => void]>([
  ['missing', (data) => delete data.metadata],
  ['null', (data) => Object.assign(data, { metadata: null, analysis: null, has_audio: null })],
  ['extra', (data) => Object.assign(data, { news: { deep: [1, { x: null }] }, agent: 7 })],
  [
    'renamed',
    (data) => {
      data.dialogue = data.transcript;
      delete data.transcript;
    },
  ],
])('fields that are %s do not keep a call from ending', async (_name, change) => {
  const event = ended();
  change(event.data);
  expect((await send(event)).status).toBe(200);
  expect((await api.call('GET', `/api/calls/${callId}`)).body).toMatchObject({
    status: 'ended',
    reach: 'answered',
  });
});

test('a failure to reach the person ends the call', async () => {
  const data = {
    agent_id: 'agent_default',
    conversation_id: conversationId,
    failure_reason: 'busy',
    metadata: { type: 'twilio', body: { CallSid: `CA${next}`, CallStatus: 'busy' } },
  };
  await send({ type: 'call_initiation_failure', event_timestamp: 1_772_000_000, data });
  expect((await api.call('GET', `/api/calls/${callId}`)).body).toMatchObject({
    status: 'ended',
    reach: 'busy',
  });
  expect(notified).toHaveLength(1);
});

test('a recording is acknowledged, and not kept in the database', async () => {
  const data = {
    agent_id: 'agent_default',
    conversation_id: conversationId,
    full_audio: 'A'.repeat(2_000_000),
  };
  expect((await send({ type: 'post_call_audio', event_timestamp: 1, data })).status).toBe(200);
  const [event] = await stored();
  expect(JSON.stringify(event?.payload).length).toBeLessThan(500);
  expect(event).toMatchObject({ merged_at: expect.any(Date), signalled_at: expect.any(Date) });
});

test('events of other kinds are stored, and what is no event is refused', async () => {
  expect((await send({ type: 'voice_removal_notice', data: {} })).status).toBe(200);
  expect((await send({ type: 'post_call_transcription', data: { agent_id: 'x' } })).status).toBe(200);
  expect((await api.call('GET', '/api/attention')).body.items[0].detail).toContain('post_call_transcription');
  expect((await send('{"type":')).status).toBe(400);
  expect((await send('[]')).status).toBe(400);
});

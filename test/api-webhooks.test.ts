import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CampaignControl } from '../api/temporal.ts';
import { signElevenLabs } from '../providers/elevenlabs/webhook.ts';
import { type ApiRig, listeningControl, startApi, WEBHOOK_SECRET } from './api-rig.ts';
import { insertCall, setLead } from './api-rows.ts';

let api: ApiRig;
let told: string[];
let next = 0;
let leadId: string;
let callId: string;
let conversationId: string;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  told = [];
  answerWith({ kind: 'done', value: undefined });
  next += 1;
  const body = { name: `Campaign ${next}`, phoneNumberIds: ['pn_1'] };
  const { id } = (await api.call('POST', '/api/campaigns', { body })).body;
  await api.call('POST', `/api/campaigns/${id}/leads`, {
    body: { leads: [{ phone: `+1415555${1100 + next}` }] },
  });
  leadId = (await api.call('GET', `/api/campaigns/${id}/leads`)).body.items[0].id;
  conversationId = `conv_${next}`;
  callId = await insertCall(api.deps.db, leadId, { conversation_id: conversationId, status: 'ringing' });
});

/** What the lead's workflow does when it is told of its call's end. */
function answerWith(answer: Awaited<ReturnType<CampaignControl['callEnded']>>): void {
  api.temporal.current = listeningControl({
    callEnded: async (lead, call) => {
      told.push(`${lead} ${call}`);
      return answer;
    },
  });
}

function ended(conversation = conversationId, attempt: string | null = callId) {
  return {
    type: 'post_call_transcription',
    event_timestamp: 1_772_000_000,
    data: {
      agent_id: 'agent_default',
      conversation_id: conversation,
      status: 'done',
      transcript: [
        { role: 'agent', message: 'Hello, this is an AI.', time_in_call_secs: 0 },
        { role: 'user', message: 'Yes please.', time_in_call_secs: 3 },
      ],
      metadata: {
        start_time_unix_secs: 1_772_000_000,
        accepted_time_unix_secs: 1_772_000_005,
        call_duration_secs: 60,
        cost: 500,
        termination_reason: 'end_call tool was called',
        phone_call: {
          type: 'twilio',
          direction: 'outbound',
          call_result: 'answered',
          call_sid: `CA${next}`,
          agent_number: '+14155550100',
          external_number: '+14155550117',
        },
      },
      analysis: { call_successful: 'success', transcript_summary: 'Went well.' },
      conversation_initiation_client_data:
        attempt === null ? {} : { dynamic_variables: { attempt_id: attempt } },
    },
  };
}

function send(
  event: unknown,
  options: { at?: Date; secret?: string; signature?: string | null; tail?: string } = {},
) {
  const raw = typeof event === 'string' ? event : JSON.stringify(event);
  const header = signElevenLabs(raw, options.secret ?? WEBHOOK_SECRET, options.at ?? new Date());
  const signature = options.signature === undefined ? header : options.signature;
  return api.call('POST', '/webhooks/elevenlabs', {
    key: 'none',
    raw: raw + (options.tail ?? ''),
    headers: {
      'content-type': 'application/json',
      ...(signature === null ? {} : { 'elevenlabs-signature': signature }),
    },
  });
}

const stored = () =>
  api.deps.db
    .selectFrom('webhook_events')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .orderBy('id')
    .execute();

test('the end of a call is merged, and its lead is told', async () => {
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
  expect(told).toEqual([`${leadId} ${callId}`]);
  expect(await stored()).toMatchObject([{ call_id: callId, deliveries: 1, signalled_at: expect.any(Date) }]);
});

test('fault 4: a hundred deliveries at once have one effect', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => send(ended())));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const events = await stored();
  expect(events).toMatchObject([{ deliveries: 100 }]);
  const log = await api.deps.db.selectFrom('events').select('type').where('call_id', '=', callId).execute();
  expect(log.filter(({ type }) => type === 'call.ended')).toHaveLength(1);
});

test('a lead that could not be told is told with the next delivery, one that is gone needs no telling', async () => {
  answerWith({ kind: 'silent', why: 'no answer' });
  expect((await send(ended())).status).toBe(200);
  expect(await stored()).toMatchObject([{ merged_at: expect.any(Date), signalled_at: null }]);
  answerWith({ kind: 'absent' });
  await send(ended());
  expect(await stored()).toMatchObject([{ deliveries: 2, signalled_at: expect.any(Date) }]);
  await send(ended());
  expect(told).toHaveLength(2);
});

test.each<[string, () => Parameters<typeof send>[1]]>([
  ['none', () => ({ signature: null })],
  ['nonsense', () => ({ signature: 'v0=zz' })],
  ['another secret', () => ({ secret: 'wsec_other' })],
  ['an altered body', () => ({ tail: ' ' })],
  ['stale', () => ({ at: new Date(Date.now() - 31 * 60_000) })],
  ['from the future', () => ({ at: new Date(Date.now() + 6 * 60_000) })],
])('fault 7: signature %s: 401, and nothing is written', async (_name, options) => {
  const { status, body } = await send(ended(), options());
  expect([status, body.type]).toEqual([401, '/problems/invalid-signature']);
  expect(await stored()).toEqual([]);
  expect((await api.call('GET', `/api/calls/${callId}`)).body.status).toBe('ringing');
  expect(told).toEqual([]);
});

test('fault 7: the same event in other bytes under the first signature: 401, and nothing is written', async () => {
  const signature = signElevenLabs(JSON.stringify(ended()), WEBHOOK_SECRET, new Date());
  const reserialised = [
    JSON.stringify(ended(), null, 2),
    JSON.stringify(Object.fromEntries(Object.entries(ended()).reverse())),
  ];
  for (const raw of reserialised) expect((await send(raw, { signature })).status).toBe(401);
  expect(await stored()).toEqual([]);
  expect((await send(ended(), { signature })).status).toBe(200);
});

test('fault 7: a replay is counted, and changes nothing', async () => {
  const signature = signElevenLabs(JSON.stringify(ended()), WEBHOOK_SECRET, new Date());
  const read = async () => ({
    call: (await api.call('GET', `/api/calls/${callId}`)).body,
    lead: (await api.call('GET', `/api/leads/${leadId}`)).body,
    timeline: (await api.call('GET', `/api/leads/${leadId}/timeline`)).body,
  });
  expect((await send(ended(), { signature })).status).toBe(200);
  const first = await read();
  for (let nth = 0; nth < 3; nth += 1) expect((await send(ended(), { signature })).status).toBe(200);
  expect(await read()).toEqual(first);
  expect(told).toHaveLength(1);
  expect(await stored()).toMatchObject([{ deliveries: 4 }]);
});

test('fault 8: both secrets of a rotation are good', async () => {
  expect((await send(ended(), { secret: 'wsec_new' })).status).toBe(200);
});

test('fault 8: a secret that is rotated while calls are under way: both verify, until the old one is taken out', async () => {
  const { elevenLabs } = api.deps.config;
  const before = elevenLabs.webhookSecrets;
  const machine = { conversation_id: conversationId, answered_by: 'human' };
  const detection = { type: 'answering_machine_detection', event_timestamp: 1, data: machine };
  try {
    elevenLabs.webhookSecrets = ['wsec_first'];
    expect((await send(detection, { secret: 'wsec_first' })).status).toBe(200);
    expect((await send(ended(), { secret: 'wsec_second' })).status).toBe(401);
    elevenLabs.webhookSecrets = ['wsec_first', 'wsec_second'];
    expect((await send(ended(), { secret: 'wsec_second' })).status).toBe(200);
    expect((await send(detection, { secret: 'wsec_first' })).status).toBe(200);
    elevenLabs.webhookSecrets = ['wsec_second'];
    expect((await send(detection, { secret: 'wsec_first' })).status).toBe(401);
    expect((await send(ended(), { secret: 'wsec_second' })).status).toBe(200);
  } finally {
    elevenLabs.webhookSecrets = before;
  }
  expect((await stored()).map(({ type, deliveries }) => [type, deliveries])).toEqual([
    ['answering_machine_detection', 2],
    ['post_call_transcription', 2],
  ]);
  expect((await api.call('GET', `/api/calls/${callId}`)).body).toMatchObject({ reach: 'answered' });
});

test('fault 6: hours late, when the call was given up long ago: it settles what was unknown', async () => {
  const endedAt = new Date(Date.now() - 6 * 3_600_000);
  const givenUp = { status: 'ended', reach: 'unknown', ended_at: endedAt, concluded_at: endedAt } as const;
  const { db } = api.deps;
  await db
    .updateTable('calls')
    .set({ ...givenUp, failure: 'Its end was never told.' })
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

test('a dial that was taken for not placed, told of after the next: the lead shows its last call', async () => {
  const endedAt = new Date(Date.now() - 60_000);
  const over = { status: 'ended', ended_at: endedAt, concluded_at: endedAt } as const;
  const { db } = api.deps;
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
  await api.deps.db
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
  expect(told).toHaveLength(1);
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

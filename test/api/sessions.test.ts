import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findSessionOfConversation } from '#db/queries/agent-sessions.ts';
import { normaliseConversation } from '#providers/elevenlabs/normalise.ts';
import { insertTalk, provide, startAgentsApi, startTalk } from '../support/agents-rig.ts';
import { type ApiRig, recordingWorkflows } from '../support/api-rig.ts';

let api: ApiRig;
beforeAll(async () => {
  api = await startAgentsApi();
});
afterAll(() => api.stop());

test('a session is all that the browser client needs, and never the key of the account', async () => {
  api.setNow(new Date('2026-03-03T10:00:00Z'));
  const { status, body } = await startTalk(api, {
    overrides: {
      prompt: 'Be brief.',
      firstMessage: 'Hi!',
      voiceId: 'voice_2',
      voice: { stability: 0.4, speed: 1.1 },
      textOnly: true,
    },
    variables: { plan: 'gold' },
    label: 'brief',
  });
  expect(status).toBe(201);
  expect(body).toEqual({
    sessionId: expect.any(String),
    signedUrl: 'wss://voice.example/agent',
    conversationId: null,
    overrides: {
      agent: { prompt: { prompt: 'Be brief.' }, firstMessage: 'Hi!' },
      tts: { voiceId: 'voice_2', stability: 0.4, speed: 1.1 },
      conversation: { textOnly: true },
    },
    dynamicVariables: { plan: 'gold', session_id: body.sessionId },
    textOnly: true,
    expiresAt: '2026-03-03T10:15:00.000Z',
  });
  const row = await api.context.db
    .selectFrom('agent_sessions')
    .selectAll()
    .where('id', '=', body.sessionId)
    .executeTakeFirstOrThrow();
  expect(row).toMatchObject({ agent_id: 'agent_1', label: 'brief', conversation_id: null });
  const rtc = (await startTalk(api, { how: 'webrtc' })).body;
  expect(rtc).toMatchObject({ token: 'eyJ', conversationId: 'conv_rtc', overrides: {} });
  expect(rtc.signedUrl).toBeUndefined();
});

test('how to join is kept nowhere: under the same Idempotency-Key it is made anew', async () => {
  const start = () =>
    api.call('POST', '/api/agents/agent_1/session', { body: {}, headers: { 'idempotency-key': 'talk' } });
  const [first, again] = [await start(), await start()];
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body.signedUrl).toBe('wss://voice.example/agent');
  expect(again.body.sessionId).not.toBe(first.body.sessionId);
  expect(await api.context.db.selectFrom('idempotency_keys').selectAll().execute()).toEqual([]);
});

test("a lead's session has the lead's variables", async () => {
  const campaign = (await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } })).body.id;
  const leads = [{ phone: '+14155550117', name: 'Bo', variables: { plan: 'silver', city: 'Reno' } }];
  await api.call('POST', `/api/campaigns/${campaign}/leads`, { body: { leads } });
  const [lead] = (await api.call('GET', `/api/campaigns/${campaign}/leads`)).body.items;
  const { body } = await startTalk(api, { leadId: lead.id, variables: { plan: 'gold' } });
  expect(body.dynamicVariables).toEqual({
    plan: 'gold',
    city: 'Reno',
    name: 'Bo',
    session_id: body.sessionId,
  });
  expect((await startTalk(api, { leadId: uuid() })).status).toBe(404);
});

test('what the agent does not allow is refused by name, before anything starts', async () => {
  const { status, body } = await startTalk(api, {
    overrides: { language: 'de', voice: { similarityBoost: 0.5 }, prompt: 'x' },
  });
  expect(status).toBe(422);
  expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
    'overrides.language',
    'overrides.voice.similarityBoost',
  ]);
  const refused = [
    { overrides: { temperature: 1 } },
    { overrides: { voice: { speed: 3 } } },
    { overrides: { textOnly: true }, how: 'webrtc' },
    { variables: { session_id: 'mine' } },
    { variables: { attempt_id: 'x' } },
    { variables: { system__time: 'x' } },
    { variables: { plan: 5 } },
    { label: '' },
    { how: 'telnet' },
  ];
  for (const bad of refused) expect((await startTalk(api, bad)).status, JSON.stringify(bad)).toBe(422);
  expect((await api.call('POST', '/api/agents/agent_9/session', { body: {} })).status).toBe(404);
});

test('a session is rated, and tied to its conversation once', async () => {
  const { sessionId } = (await startTalk(api, { label: 'tied' })).body;
  const other = (await startTalk(api)).body.sessionId;
  const callId = await insertTalk(api, { agent: 'agent_1', conversation: 'conv_tied' });
  const tie = (id: string, conversationId: string) =>
    api.call('POST', `/api/sessions/${id}/conversation`, { body: { conversationId } });
  expect((await tie(sessionId, 'conv_tied')).body).toMatchObject({ conversationId: 'conv_tied', callId });
  expect((await tie(sessionId, 'conv_tied')).status).toBe(200);
  expect((await tie(sessionId, 'conv_else')).status).toBe(409);
  expect((await tie(other, 'conv_tied')).status).toBe(409);
  expect((await tie(uuid(), 'conv_x')).status).toBe(404);
  const call = await api.call('GET', `/api/calls/${callId}`);
  expect(call.body).toMatchObject({ kind: 'browser', leadId: null, campaignId: null });

  const update = (body: unknown) => api.call('PATCH', `/api/sessions/${sessionId}`, { body });
  expect((await update({ rating: 4, spoken: ['hello there'] })).body).toMatchObject({
    rating: 4,
    spoken: ['hello there'],
  });
  expect((await update({ rating: null })).body).toMatchObject({ rating: null, spoken: ['hello there'] });
  for (const bad of [{}, { rating: 6 }, { rating: 2.5 }, { spoken: 'x' }]) {
    expect((await update(bad)).status, JSON.stringify(bad)).toBe(422);
  }
  const audit = await api.context.db
    .selectFrom('audit_log')
    .select(['action', 'data'])
    .where('subject', '=', sessionId)
    .orderBy('id')
    .execute();
  expect(audit.map(({ action }) => action)).toEqual([
    'session.started',
    'session.tied',
    'session.tied',
    'session.updated',
    'session.updated',
  ]);
  expect(JSON.stringify(audit)).not.toContain('hello there');
});

test('a conversation that nobody stored yet becomes a call of its own kind, of the session and its lead', async () => {
  const campaign = (await api.call('POST', '/api/campaigns', { body: { name: 'Talks' } })).body.id;
  await api.call('POST', `/api/campaigns/${campaign}/leads`, {
    body: { leads: [{ phone: '+14155550142' }] },
  });
  const [lead] = (await api.call('GET', `/api/campaigns/${campaign}/leads`)).body.items;
  const { sessionId, dynamicVariables } = (await startTalk(api, { leadId: lead.id, label: 'fetched' })).body;
  await api.call('PATCH', `/api/sessions/${sessionId}`, { body: { spoken: ['book me a demo'] } });
  api.workflows.current = recordingWorkflows();
  provide(api, {
    getConversation: async (conversationId) =>
      normaliseConversation(
        {
          conversation_id: conversationId,
          agent_id: 'agent_1',
          status: 'done',
          metadata: { start_time_unix_secs: 1_772_532_000, call_duration_secs: 30, cost: 500 },
          analysis: { call_successful: 'success', transcript_summary: 'A demo.' },
          transcript: [
            { role: 'agent', message: 'Hello!', time_in_call_secs: 0 },
            { role: 'user', message: 'look me a demo', time_in_call_secs: 4 },
          ],
          conversation_initiation_client_data: { dynamic_variables: dynamicVariables },
        },
        { centsPerCredit: 0.02 },
      ),
  });
  const tied = await api.call('POST', `/api/sessions/${sessionId}/conversation`, {
    body: { conversationId: 'conv_fetched' },
  });
  expect([tied.status, tied.body.conversationId]).toEqual([200, 'conv_fetched']);
  const { body } = await api.call('GET', `/api/calls/${tied.body.callId}`);
  expect(body).toMatchObject({
    kind: 'browser',
    status: 'ended',
    leadId: lead.id,
    campaignId: null,
    agentId: 'agent_1',
    quality: { wordErrorRate: 0.25 },
  });
  // What was said may be put right afterwards.
  await api.call('PATCH', `/api/sessions/${sessionId}`, { body: { spoken: ['look me a demo'] } });
  const again = await api.call('GET', `/api/calls/${tied.body.callId}`);
  expect(again.body.quality.wordErrorRate).toBe(0);
  provide(api, { getConversation: async () => null });
});

test('a dialled call is not taken for a talk in the browser, nor one of another agent', async () => {
  const { sessionId } = (await startTalk(api)).body;
  await insertTalk(api, { agent: 'agent_2', conversation: 'conv_other_agent' });
  const { status } = await api.call('POST', `/api/sessions/${sessionId}/conversation`, {
    body: { conversationId: 'conv_other_agent' },
  });
  expect(status).toBe(409);
});

test('a conversation finds its session by the variable or by what was told', async () => {
  const { sessionId } = (await startTalk(api)).body;
  const found = (conversationId: string, variables: Record<string, unknown>) =>
    findSessionOfConversation(api.context.db, { conversationId, variables });
  expect(await found('conv_new', { session_id: sessionId })).toEqual({ id: sessionId, leadId: null });
  expect(await found('conv_new', { session_id: "x' or true" })).toBeNull();
  expect(await found('conv_new', {})).toBeNull();
  await api.call('POST', `/api/sessions/${sessionId}/conversation`, {
    body: { conversationId: 'conv_new' },
  });
  expect((await found('conv_new', {}))?.id).toBe(sessionId);
});

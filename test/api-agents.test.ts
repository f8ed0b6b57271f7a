import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSide, sideCalls } from '../db/queries/compare.ts';
import { findSessionOfConversation } from '../db/queries/sessions.ts';
import type { ConversationQuality } from '../domain/conversation.ts';
import { normaliseConversation } from '../providers/elevenlabs/normalise.ts';
import { type AgentDetail, ProviderError, type VoiceProvider } from '../providers/ports.ts';
import { type ApiRig, listeningControl, outboundNumber, startApi } from './api-rig.ts';

const AGENT: AgentDetail = {
  agentId: 'agent_1',
  name: 'Ada',
  firstMessage: 'Hello!',
  prompt: 'Be kind.',
  language: 'en',
  voiceId: 'voice_1',
  llm: null,
  maxCallSeconds: 600,
  overrides: {
    prompt: true,
    firstMessage: true,
    language: false,
    voice: true,
    stability: true,
    speed: true,
    similarityBoost: false,
    textOnly: true,
    maxCallSeconds: false,
  },
  dataCollection: [],
  criteria: [],
  phoneNumberIds: [],
  concurrencyLimit: -1,
  monitoringEnabled: null,
};

let api: ApiRig;
beforeAll(async () => {
  api = await startApi();
  provide({
    getConversation: async () => null,
    getAgent: async (agentId) => (agentId === 'agent_1' ? AGENT : null),
    joinFromBrowser: async ({ how }) =>
      how === 'websocket'
        ? { signedUrl: 'wss://voice.example/agent' }
        : { token: 'eyJ', conversationId: 'conv_rtc' },
  });
});
afterAll(() => api.stop());

function provide(voice: Partial<VoiceProvider>): void {
  api.deps.voice = { ...api.deps.voice, ...voice };
}

async function start(body: unknown = {}) {
  return await api.call('POST', '/api/agents/agent_1/session', { body });
}

test('an agent is read with what may be overridden; an unknown one is 404', async () => {
  const { body } = await api.call('GET', '/api/agents/agent_1', { key: 'viewer' });
  expect(body).toEqual(AGENT);
  expect((await api.call('GET', '/api/agents/agent_9')).status).toBe(404);
});

test('numbers whose texts go elsewhere are warned of', async () => {
  api.phoneNumbers.push(
    { ...outboundNumber('phnum_a'), takesTexts: true },
    { ...outboundNumber('phnum_b'), takesTexts: false },
    outboundNumber('phnum_c'),
  );
  const { body } = await api.call('GET', '/api/phone-numbers');
  expect(body.items.map(({ takesTexts }: { takesTexts: unknown }) => takesTexts)).toEqual([
    true,
    false,
    null,
  ]);
  expect(body.warnings).toMatchObject([{ phoneNumberId: 'phnum_a', warning: 'texts_elsewhere' }]);
});

test('voices are searched page by page', async () => {
  const asked: unknown[] = [];
  const voice = {
    voiceId: 'voice_1',
    name: 'Clara',
    category: null,
    description: null,
    labels: { accent: 'british' },
    previewUrl: null,
  };
  provide({
    searchVoices: async (query) => {
      asked.push(query);
      return { items: [voice], nextCursor: 'n2' };
    },
  });
  expect((await api.call('GET', '/api/voices?search=clara')).body).toEqual({
    items: [voice],
    nextCursor: 'n2',
  });
  await api.call('GET', '/api/voices?cursor=n2&limit=5');
  expect(asked).toEqual([
    { search: 'clara', pageSize: 30 },
    { cursor: 'n2', pageSize: 5 },
  ]);
  expect((await api.call('GET', '/api/voices?limit=101')).status).toBe(422);
});

test('a sample is sound, for a text that is short and a voice that is there', async () => {
  provide({
    speak: async ({ voiceId, text }) => {
      if (voiceId !== 'voice_1')
        throw new ProviderError('no', { provider: 'elevenlabs', status: 404, retryable: false });
      return { contentType: 'audio/mpeg', body: new Blob([`said: ${text}`]).stream() };
    },
  });
  const sample = (voice: string, text: unknown, headers = {}) =>
    api.call('POST', `/api/voices/${voice}/sample`, { body: { text }, headers });
  const heard = await sample('voice_1', 'Hi there');
  expect([heard.status, heard.body]).toEqual([200, 'said: Hi there']);
  expect(heard.headers.get('content-type')).toBe('audio/mpeg');
  // Sound is not kept under a key, and the key does not make it fail.
  for (const text of ['once', 'once']) {
    expect((await sample('voice_1', text, { 'idempotency-key': 'k1' })).body).toBe('said: once');
  }
  expect((await sample('voice_9', 'Hi')).status).toBe(404);
  expect((await sample('voice_1', 'x'.repeat(501))).status).toBe(422);
  expect((await sample('voice_1', ' ')).status).toBe(422);
});

test('a session is all that the browser client needs, and never the key of the account', async () => {
  api.setNow(new Date('2026-03-03T10:00:00Z'));
  const { status, body } = await start({
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
  const row = await api.deps.db
    .selectFrom('agent_sessions')
    .selectAll()
    .where('id', '=', body.sessionId)
    .executeTakeFirstOrThrow();
  expect(row).toMatchObject({ agent_id: 'agent_1', label: 'brief', conversation_id: null });
  const rtc = (await start({ how: 'webrtc' })).body;
  expect(rtc).toMatchObject({ token: 'eyJ', conversationId: 'conv_rtc', overrides: {} });
  expect(rtc.signedUrl).toBeUndefined();
});

test("a lead's session has the lead's variables", async () => {
  const campaign = (await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } })).body.id;
  const leads = [{ phone: '+14155550117', name: 'Bo', variables: { plan: 'silver', city: 'Reno' } }];
  await api.call('POST', `/api/campaigns/${campaign}/leads`, { body: { leads } });
  const [lead] = (await api.call('GET', `/api/campaigns/${campaign}/leads`)).body.items;
  const { body } = await start({ leadId: lead.id, variables: { plan: 'gold' } });
  expect(body.dynamicVariables).toEqual({
    plan: 'gold',
    city: 'Reno',
    name: 'Bo',
    session_id: body.sessionId,
  });
  expect((await start({ leadId: uuid() })).status).toBe(404);
});

test('what the agent does not allow is refused by name, before anything starts', async () => {
  const { status, body } = await start({
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
  for (const bad of refused) expect((await start(bad)).status, JSON.stringify(bad)).toBe(422);
  expect((await api.call('POST', '/api/agents/agent_9/session', { body: {} })).status).toBe(404);
});

test('a session is rated, and tied to its conversation once', async () => {
  const { sessionId } = (await start({ label: 'tied' })).body;
  const other = (await start()).body.sessionId;
  const callId = await insertTalk({ agent: 'agent_1', conversation: 'conv_tied' });
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
  const audit = await api.deps.db
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
  const { sessionId, dynamicVariables } = (await start({ leadId: lead.id, label: 'fetched' })).body;
  await api.call('PATCH', `/api/sessions/${sessionId}`, { body: { spoken: ['book me a demo'] } });
  api.temporal.current = listeningControl();
  provide({
    getConversation: async (conversationId) =>
      normaliseConversation({
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
      }),
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
  provide({ getConversation: async () => null });
});

test('a dialled call is not taken for a talk in the browser, nor one of another agent', async () => {
  const { sessionId } = (await start()).body;
  await insertTalk({ agent: 'agent_2', conversation: 'conv_other_agent' });
  const { status } = await api.call('POST', `/api/sessions/${sessionId}/conversation`, {
    body: { conversationId: 'conv_other_agent' },
  });
  expect(status).toBe(409);
});

test('a conversation finds its session by the variable or by what was told', async () => {
  const { sessionId } = (await start()).body;
  const found = (conversationId: string, variables: Record<string, unknown>) =>
    findSessionOfConversation(api.deps.db, { conversationId, variables });
  expect(await found('conv_new', { session_id: sessionId })).toEqual({ id: sessionId, leadId: null });
  expect(await found('conv_new', { session_id: "x' or true" })).toBeNull();
  expect(await found('conv_new', {})).toBeNull();
  await api.call('POST', `/api/sessions/${sessionId}/conversation`, {
    body: { conversationId: 'conv_new' },
  });
  expect((await found('conv_new', {}))?.id).toBe(sessionId);
});

test('two versions of an agent are compared by the same figures', async () => {
  const warm = await start({ label: 'warm' });
  await api.call('PATCH', `/api/sessions/${warm.body.sessionId}`, {
    body: { rating: 5, spoken: ['one two', 'three four'] },
  });
  const session = warm.body.sessionId;
  await insertTalk({ agent: 'agent_1', session, firstAudioMs: 400, verdict: 'success', said: 'one two' });
  await insertTalk({ agent: 'agent_1', session, firstAudioMs: 600, verdict: 'unknown' });
  await insertTalk({ agent: 'agent_3', firstAudioMs: 1000, verdict: 'success', at: '2026-03-01T12:00:00Z' });
  await insertTalk({ agent: 'agent_3', firstAudioMs: 2000, verdict: 'failure' });
  await insertTalk({ agent: 'agent_3', firstAudioMs: 3000 });
  const compare = (left: string, right: string, rest = '') =>
    api.call('GET', `/api/agents/compare?left=${left}&right=${right}${rest}`, { key: 'viewer' });
  const { body } = await compare('agent_1:warm', 'agent_3');
  expect(body.left).toMatchObject({
    agentId: 'agent_1',
    label: 'warm',
    calls: 2,
    timeToFirstAudioMs: { mean: 500, median: 500 },
    turns: 5,
    interruptions: 1,
    rating: 5,
    successRate: 1,
    talkSeconds: 60,
    costCents: 20,
    costPerMinuteCents: 20,
  });
  // Of four words that were said, two were heard.
  expect(body.left.wordErrorRate).toBeCloseTo(0.5);
  expect(body.right).toMatchObject({
    label: null,
    calls: 3,
    timeToFirstAudioMs: { mean: 2000, median: 2000 },
    successRate: 0.5,
    rating: null,
    ratings: 0,
    wordErrorRate: null,
  });
  const later = (await compare('agent_3', 'agent_9', '&from=2026-03-02T00:00:00Z')).body;
  expect([later.left.calls, later.right.calls, later.right.costPerMinuteCents]).toEqual([2, 0, null]);
  for (const query of ['left=agent_1', 'left=:x&right=a', 'left=a:&right=b', 'left=a&right=b&from=x']) {
    expect((await api.call('GET', `/api/agents/compare?${query}`)).status, query).toBe(422);
  }
});

test('a labelled talk is not counted for the agent without a label', async () => {
  const figures = await readSide(api.deps.db, { agentId: 'agent_1', label: null, from: null, to: null });
  const { calls } = await api.deps.db
    .selectFrom('calls')
    .select(({ fn }) => fn.countAll<number>().as('calls'))
    .where('agent_id', '=', 'agent_1')
    .executeTakeFirstOrThrow();
  expect(figures.calls).toBeLessThan(calls);
});

test('a comparison reads by index at most a thousand calls, whatever there is', async () => {
  const { db } = api.deps;
  await sql`
    insert into agent_sessions (id, agent_id, label, actor, created_at, expires_at)
    select gen_random_uuid(), 'agent_bulk', 'v' || n % 50, 'x', now() - n * interval '1 minute', now()
    from generate_series(1, 2500) n`.execute(db);
  await sql`
    insert into calls (id, agent_id, status, reach, ended_at, started_at, deadline_at, day, session_id)
    select 'bulk-' || n, 'agent_' || n % 2, 'ended', 'answered', now(), now() - n * interval '1 minute', now(),
      current_date, null
    from generate_series(1, 5000) n`.execute(db);
  await sql`
    insert into calls (id, agent_id, status, reach, ended_at, started_at, deadline_at, day, session_id)
    select 'talk-' || id, agent_id, 'ended', 'answered', now(), created_at, now(), current_date, id
    from agent_sessions where agent_id = 'agent_bulk'`.execute(db);
  await sql`analyze calls, agent_sessions`.execute(db);
  const side = { agentId: 'agent_0', label: null, from: null, to: null };
  expect((await readSide(db, side)).calls).toBe(1000);
  const labelled = { agentId: 'agent_bulk', label: 'v7', from: null, to: null };
  expect((await readSide(db, labelled)).calls).toBe(50);
  for (const one of [side, labelled]) {
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${sideCalls(one)}`.execute(db);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toContain('Seq Scan on calls');
    expect(plan).toContain(one.label === null ? 'calls_by_agent' : 'calls_by_session');
  }
});

interface Talk {
  agent: string;
  conversation?: string;
  session?: string;
  firstAudioMs?: number;
  verdict?: 'success' | 'failure' | 'unknown';
  said?: string;
  at?: string;
}

/** A talk of half a minute that cost 10 cents. */
async function insertTalk(talk: Talk): Promise<string> {
  const id = uuid();
  const startedAt = new Date(talk.at ?? '2026-03-03T09:00:00Z');
  await api.deps.db
    .insertInto('calls')
    .values({
      id,
      agent_id: talk.agent,
      kind: 'browser',
      conversation_id: talk.conversation ?? null,
      session_id: talk.session ?? null,
      status: 'ended',
      reach: 'answered',
      verdict: talk.verdict ?? null,
      talk_seconds: 30,
      cost_cents: 10,
      started_at: startedAt,
      deadline_at: startedAt,
      day: startedAt.toISOString().slice(0, 10),
    })
    .execute();
  const quality: ConversationQuality = {
    firstAudioMs: talk.firstAudioMs ?? null,
    responseMs: null,
    userTurns: 2,
    agentTurns: 3,
    interruptions: 1,
    wordErrorRate: null,
  };
  const transcript = talk.said === undefined ? null : [{ role: 'user', text: talk.said, atSeconds: 1 }];
  await api.deps.db
    .insertInto('call_details')
    .values({
      call_id: id,
      transcript: transcript === null ? null : JSON.stringify(transcript),
      analysis: null,
      raw: null,
      quality: JSON.stringify(quality),
    })
    .execute();
  return id;
}

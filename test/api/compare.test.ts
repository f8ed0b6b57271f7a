import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSide, sideCalls } from '#db/queries/comparisons.ts';
import { insertTalk, startAgentsApi, startTalk } from '../support/agents-rig.ts';
import type { ApiRig } from '../support/api-rig.ts';

let api: ApiRig;
beforeAll(async () => {
  api = await startAgentsApi();
});
afterAll(() => api.stop());

test('two versions of an agent are compared by the same figures', async () => {
  const warm = await startTalk(api, { label: 'warm' });
  await api.call('PATCH', `/api/sessions/${warm.body.sessionId}`, {
    body: { rating: 5, spoken: ['one two', 'three four'] },
  });
  const session = warm.body.sessionId;
  await insertTalk(api, {
    agent: 'agent_1',
    session,
    firstAudioMs: 400,
    verdict: 'success',
    said: 'one two',
  });
  await insertTalk(api, { agent: 'agent_1', session, firstAudioMs: 600, verdict: 'unknown' });
  await insertTalk(api, {
    agent: 'agent_3',
    firstAudioMs: 1000,
    verdict: 'success',
    at: '2026-03-01T12:00:00Z',
  });
  await insertTalk(api, { agent: 'agent_3', firstAudioMs: 2000, verdict: 'failure' });
  await insertTalk(api, { agent: 'agent_3', firstAudioMs: 3000 });
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
  // Of four words that were said, two were received.
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

test('the talks of a side are listed, the newest first, and the versions that an agent was talked to as', async () => {
  const { sessionId } = (await startTalk(api, { label: 'listed' })).body;
  const older = await insertTalk(api, { agent: 'agent_1', session: sessionId, at: '2026-03-01T12:00:00Z' });
  const newer = await insertTalk(api, { agent: 'agent_1', session: sessionId, at: '2026-03-01T13:00:00Z' });
  await api.call('PATCH', `/api/sessions/${sessionId}`, { body: { rating: 3 } });
  const { body } = await api.call('GET', '/api/agents/compare?left=agent_1:listed&right=agent_9');
  expect(body.left.talks.map(({ callId }: { callId: string }) => callId)).toEqual([newer, older]);
  expect(body.left.talks[0]).toMatchObject({ startedAt: '2026-03-01T13:00:00.000Z', rating: 3 });
  expect([body.left.checkedTalks, body.right.talks]).toEqual([0, []]);
  await startTalk(api, { label: 'listed' });
  await startTalk(api);
  const versions = await api.call('GET', '/api/agents/agent_1/versions', { key: 'viewer' });
  expect(versions.body.items).toContainEqual({ label: 'listed', sessions: 2, newestAt: expect.any(String) });
  expect(versions.body.items.every(({ label }: { label: string | null }) => label !== null)).toBe(true);
  expect((await api.call('GET', '/api/agents/agent_9/versions')).body.items).toEqual([]);
});

test('a labelled talk is not counted for the agent without a label', async () => {
  const figures = await readSide(api.context.db, { agentId: 'agent_1', label: null, from: null, to: null });
  const { calls } = await api.context.db
    .selectFrom('calls')
    .select(({ fn }) => fn.countAll<number>().as('calls'))
    .where('agent_id', '=', 'agent_1')
    .executeTakeFirstOrThrow();
  expect(figures.calls).toBeLessThan(calls);
});

test('a comparison reads by index at most a thousand calls, whatever there is', async () => {
  const { db } = api.context;
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

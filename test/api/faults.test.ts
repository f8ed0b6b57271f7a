import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApp } from '#api/app.ts';
import { openDatabase } from '#db/client.ts';
import { signElevenLabs } from '#simulator/signature.ts';
import { type ApiRig, recordingWorkflows, startApi, WEBHOOK_SECRET } from '../support/api-rig.ts';

let api: ApiRig;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.stop());

const act = (id: string, action: string) => api.call('POST', `/api/campaigns/${id}/${action}`);

async function draft(): Promise<string> {
  const body = { name: 'Spring', phoneNumberIds: ['pn_1'] };
  return (await api.call('POST', '/api/campaigns', { body })).body.id;
}

test('fault 10: with Temporal dead nothing is started, and what stops a campaign works all the same', {
  timeout: 60_000,
}, async () => {
  const id = await draft();
  const dead = api.workflows.current;
  const started = await act(id, 'start');
  expect([started.status, started.body.type]).toEqual([503, '/problems/unavailable']);
  expect(started.headers.get('retry-after')).toBe('5');
  expect((await api.call('GET', `/api/campaigns/${id}`)).body.status).toBe('draft');
  api.workflows.current = recordingWorkflows();
  expect((await act(id, 'start')).status).toBe(202);
  api.workflows.current = dead;
  // Messages to nobody have a deadline of five seconds each: what follows is in time for the test's own.
  expect(await act(id, 'pause')).toMatchObject({ status: 202, body: { status: 'paused', inFlight: 0 } });
  expect(await act(id, 'resume')).toMatchObject({ status: 202, body: { status: 'running' } });
  const leads = await api.call('POST', `/api/campaigns/${id}/leads`, {
    body: { leads: [{ phone: '+14155550117' }] },
  });
  expect(leads.body.accepted).toBe(1);
  const lines = await api.call('PATCH', `/api/campaigns/${id}`, { body: { settings: { lines: 2 } } });
  expect(lines.body.settings.lines).toBe(2);
  const progress = await api.call('GET', `/api/campaigns/${id}/progress`);
  expect(progress.body).toMatchObject({ live: false, lines: { limit: 2 } });
  expect(await act(id, 'stop')).toMatchObject({ status: 202, body: { status: 'stopped' } });
});

/** Takes writing from every connection of the database, or gives it back. */
async function setReadOnly(on: boolean): Promise<void> {
  const { db } = api.context;
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  await sql`set default_transaction_read_only to off`.execute(db);
  await sql`alter database ${sql.id(rows[0]?.name ?? '')} set default_transaction_read_only to ${sql.lit(on ? 'on' : 'off')}`.execute(
    db,
  );
  // The setting is taken up by new connections.
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(db);
  await sql`set default_transaction_read_only to ${sql.lit(on ? 'on' : 'off')}`.execute(db);
}

test('fault 9: a database that takes nothing: reading goes on, nothing is acknowledged, and its reasons stay untold', async () => {
  const id = await draft();
  await setReadOnly(true);
  const refused = await api.call('POST', '/api/campaigns', { body: { name: 'No' } });
  expect([refused.status, refused.body.detail]).toEqual([503, 'The database does not answer.']);
  const raw = JSON.stringify({ type: 'post_call_audio', data: { conversation_id: 'conv_1', agent_id: 'a' } });
  const signature = signElevenLabs(raw, WEBHOOK_SECRET, new Date());
  const headers = { 'content-type': 'application/json', 'elevenlabs-signature': signature };
  expect((await api.call('POST', '/webhooks/elevenlabs', { key: 'none', raw, headers })).status).toBe(503);
  expect((await api.call('GET', `/api/campaigns/${id}`)).status).toBe(200);
  await setReadOnly(false);
  expect((await api.call('POST', '/webhooks/elevenlabs', { key: 'none', raw, headers })).status).toBe(200);
});

test('fault 9: with the database gone answers are 503, and readiness is red', async () => {
  const db = openDatabase('postgres://nobody@127.0.0.1:1/none');
  const app = createApp({ ...api.context, db });
  const answer = await app.request('/api/campaigns', { headers: { authorization: 'Bearer any' } });
  expect([answer.status, (await answer.json()).type]).toEqual([503, '/problems/unavailable']);
  const ready = await app.request('/ready');
  expect([ready.status, (await ready.json()).database]).toEqual([503, 'no answer']);
  await db.destroy();
});

test('fault 9: with every connection in use nothing is acknowledged, and the API answers again when one is free', {
  timeout: 60_000,
}, async () => {
  const db = openDatabase(api.context.config.databaseUrl, { maxConnections: 1 });
  const app = createApp({ ...api.context, db });
  const raw = JSON.stringify({ type: 'post_call_audio', data: { conversation_id: 'conv_9', agent_id: 'a' } });
  const send = () =>
    app.request('/webhooks/elevenlabs', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'elevenlabs-signature': signElevenLabs(raw, WEBHOOK_SECRET, new Date()),
      },
      body: raw,
    });
  let free = () => {};
  const held = db.transaction().execute(async (tx) => {
    await sql`select 1`.execute(tx);
    await new Promise<void>((resolve) => {
      free = resolve;
    });
  });
  expect((await send()).status).toBe(503);
  free();
  await held;
  expect((await send()).status).toBe(200);
  await db.destroy();
});

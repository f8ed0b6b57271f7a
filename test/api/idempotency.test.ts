import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweep } from '#services/sweep/sweep.ts';
import { type ApiRig, type CallOptions, recordingWorkflows, startApi } from '../support/api-rig.ts';

let api: ApiRig;
beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
});
afterAll(() => api.stop());

const create = (name: string, key: string, options: Partial<CallOptions> = {}) =>
  api.call('POST', '/api/campaigns', { body: { name }, headers: { 'idempotency-key': key }, ...options });

const named = async (name: string) =>
  (await api.context.db.selectFrom('campaigns').select('id').where('name', '=', name).execute()).length;

test('a repetition gets the first answer and makes nothing', async () => {
  const first = await create('Once', 'key-1');
  const second = await create('Once', 'key-1');
  expect([second.status, second.body]).toEqual([201, first.body]);
  expect(second.headers.get('idempotency-replayed')).toBe('true');
  expect(await named('Once')).toBe(1);
});

test('the same key with another body is refused', async () => {
  await create('One', 'key-2');
  const other = await create('Two', 'key-2');
  expect([other.status, other.body.type]).toEqual([422, '/problems/idempotency-key-reused']);
  expect(await named('Two')).toBe(0);
});

test('at the same time only one works, the others are told to ask again', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => create('Storm', 'key-3')));
  expect(await named('Storm')).toBe(1);
  for (const { status, body } of answers) {
    if (status === 409) expect(body.type).toBe('/problems/request-in-progress');
    else expect(status).toBe(201);
  }
  expect((await create('Storm', 'key-3')).status).toBe(201);
});

test('another caller with the same key is another request', async () => {
  await create('Shared', 'key-4', { key: 'admin' });
  await create('Shared', 'key-4', { key: 'operator' });
  expect(await named('Shared')).toBe(2);
});

test('what was refused has made nothing, and its key is free', async () => {
  expect((await create('', 'key-5')).status).toBe(422);
  expect((await create('Mended', 'key-5')).status).toBe(201);
  expect((await create('x', 'a key')).status).toBe(422);
});

test('a key whose process died is free again after a while', async () => {
  await create('Died', 'key-6');
  const lost = { status: null, response: null, created_at: new Date(Date.now() - 3_600_000) };
  await api.context.db.updateTable('idempotency_keys').set(lost).where('key', '=', 'key-6').execute();
  expect((await create('Died', 'key-6')).status).toBe(201);
  expect(await named('Died')).toBe(2);
});

test('a key is forgotten after a week, and its answer with it, but not before', async () => {
  const { db } = api.context;
  const first = await create('Weekly', 'key-9');
  expect(first.status).toBe(201);
  const usedDaysAgo = async (days: number) => {
    const used = { created_at: new Date(Date.now() - days * 86_400_000) };
    await db.updateTable('idempotency_keys').set(used).where('key', '=', 'key-9').execute();
    return (await sweep(api.context)).keysForgotten;
  };
  expect(await usedDaysAgo(6.9)).toBe(0);
  expect((await create('Weekly', 'key-9')).body.id).toBe(first.body.id);
  expect(await usedDaysAgo(7.1)).toBe(1);
  expect((await create('Weekly', 'key-9')).body.id).not.toBe(first.body.id);
  expect(await named('Weekly')).toBe(2);
});

test('an import is repeated by its bytes', async () => {
  const { body: campaign } = await create('List', 'key-7');
  const send = (raw: string) =>
    api.call('POST', `/api/campaigns/${campaign.id}/leads/import`, {
      raw,
      headers: { 'content-type': 'text/csv', 'idempotency-key': 'list-1' },
    });
  const first = await send('phone\n+14155550117\n');
  expect(first.body).toMatchObject({ accepted: 1, duplicates: 0 });
  const again = await send('phone\n+14155550117\n');
  expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([first.body, 'true']);
  const other = await send('phone\n+14155550118\n');
  expect([other.status, other.body.type]).toEqual([422, '/problems/idempotency-key-reused']);
  const failing = await api.call('POST', `/api/campaigns/${campaign.id}/leads/import`, {
    raw: 'nothing\n',
    headers: { 'content-type': 'text/csv', 'idempotency-key': 'list-2' },
  });
  expect(failing.status).toBe(422);
  expect(
    await api.context.db.selectFrom('idempotency_keys').select('key').where('key', '=', 'list-2').execute(),
  ).toEqual([]);
});

test('rows before the connection broke are kept, and the campaign hears of them', async () => {
  const { body: campaign } = await create('Broken', 'key-8');
  await api.context.db
    .updateTable('campaigns')
    .set({ status: 'running' })
    .where('id', '=', campaign.id)
    .execute();
  const control = recordingWorkflows();
  api.workflows.current = control;
  const key = 'operator-for-broken';
  await api.context.db
    .insertInto('api_keys')
    .values({ id: campaign.id, name: 'broken', role: 'operator', key_hash: await sha256(key) })
    .execute();
  const rows = Array.from({ length: 20_500 }, (_, index) => `+15552${String(index).padStart(6, '0')}`);
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `POST /api/campaigns/${campaign.id}/leads/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n` +
      `Content-Type: text/csv\r\nContent-Length: 10000000\r\n\r\nphone\n${rows.join('\n')}\n`,
  );
  const count = async () =>
    (await api.context.db.selectFrom('leads').select('id').where('campaign_id', '=', campaign.id).execute())
      .length;
  await expect.poll(count, { timeout: 30_000 }).toBeGreaterThanOrEqual(1_000);
  socket.destroy();
  await expect.poll(() => control.received, { timeout: 30_000 }).toEqual(['campaignChanged']);
});

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}

import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';

const URL_TAKEN = 'https://crm.example.com/hook';

let api: ApiRig;
let control: ReturnType<typeof recordingWorkflows>;
beforeAll(async () => {
  api = await startApi();
  control = recordingWorkflows();
  api.workflows.current = control;
});
afterAll(() => api.stop());

async function subscribe(over: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
  const body = { url: URL_TAKEN, eventTypes: ['*'], ...over };
  const created = await api.call('POST', '/api/webhooks', { body });
  expect(created.status).toBe(201);
  return created.body;
}

const emit = (count: number) =>
  inTransaction(api.context.db, async (tx) => {
    for (let nth = 0; nth < count; nth += 1) await appendEvent(tx, { type: 'lead.converted' });
  });

test('the secret is shown when it is made, and never again', async () => {
  const { id, secret } = await subscribe({ description: 'CRM' });
  expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32);
  const list = await api.call('GET', '/api/webhooks', { key: 'viewer' });
  expect(list.body.items[0]).toMatchObject({ id, url: URL_TAKEN, description: 'CRM', enabled: true });
  const changed = await api.call('PATCH', `/api/webhooks/${id}`, { body: { eventTypes: ['call.ended'] } });
  expect(changed.body).toMatchObject({ eventTypes: ['call.ended'], description: 'CRM' });
  expect(JSON.stringify([list.body, changed.body])).not.toContain('whsec_');
  const rotated = await api.call('POST', `/api/webhooks/${id}/rotate`, { body: {} });
  expect(rotated.body.secret).not.toBe(secret);
  const audit = await api.context.db.selectFrom('audit_log').selectAll().where('subject', '=', id).execute();
  expect(audit.map(({ action }) => action)).toEqual([
    'webhook.created',
    'webhook.changed',
    'webhook.rotated',
  ]);
  expect(JSON.stringify(audit)).not.toContain('whsec_');
});

test('repeated under its Idempotency-Key, a request makes no second secret, and the first is kept nowhere else', async () => {
  const send = (path: string, body: object, key: string) =>
    api.call('POST', path, { body, headers: { 'idempotency-key': key } });
  const wish = { url: URL_TAKEN, eventTypes: ['*'], description: 'once' };
  const made = await send('/api/webhooks', wish, 'make-webhook');
  const madeAgain = await send('/api/webhooks', wish, 'make-webhook');
  expect([madeAgain.status, madeAgain.body]).toEqual([201, { ...made.body, secret: null }]);
  const rotate = `/api/webhooks/${made.body.id}/rotate`;
  const rotated = await send(rotate, {}, 'rotate-webhook');
  const rotatedAgain = await send(rotate, {}, 'rotate-webhook');
  expect([rotatedAgain.status, rotatedAgain.body]).toEqual([200, { ...rotated.body, secret: null }]);
  const kept = await api.context.db.selectFrom('idempotency_keys').selectAll().execute();
  expect(kept.map(({ route, status }) => [route, status])).toEqual(
    expect.arrayContaining([
      ['POST /api/webhooks', 201],
      [`POST ${rotate}`, 200],
    ]),
  );
  expect(JSON.stringify(kept)).not.toContain('whsec_');
});

test('a subscription that cannot be (fault 18: a literal address that is not public too): all that is wrong is named', async () => {
  const refused = async (over: Record<string, unknown>) => {
    const body = { url: URL_TAKEN, eventTypes: ['*'], ...over };
    const { status, body: problem } = await api.call('POST', '/api/webhooks', { body });
    return [status, problem.errors?.map(({ path }: { path: string }) => path)];
  };
  expect(await refused({ url: 'crm.example.com' })).toEqual([422, ['url']]);
  expect(await refused({ url: 'https://user:pass@crm.example.com/' })).toEqual([422, ['url']]);
  expect(await refused({ url: 'https://169.254.169.254/' })).toEqual([422, ['url']]);
  expect(await refused({ url: 'https://[::1]/' })).toEqual([422, ['url']]);
  expect(await refused({ url: 'https://2130706434/' })).toEqual([422, ['url']]);
  expect(await refused({ url: 'http://example.com:99999' })).toEqual([422, ['url']]);
  expect(await refused({ eventTypes: [] })).toEqual([422, ['eventTypes']]);
  expect(await refused({ eventTypes: ['delivery.failed'] })).toEqual([422, ['eventTypes.0']]);
  expect(await refused({ campaignId: uuid() })).toEqual([422, ['campaignId']]);
  const { id } = await subscribe();
  const moved = await api.call('PATCH', `/api/webhooks/${id}`, { body: { url: 'https://10.0.0.1/' } });
  expect(moved.status).toBe(422);
  expect((await api.call('PATCH', `/api/webhooks/${id}`, { body: {} })).status).toBe(422);
});

test('a network that the operator allowed may be given', async () => {
  await subscribe({ url: 'http://10.20.0.7/hook' });
});

test('deliveries are listed latest first, page by page, and read with their attempts', async () => {
  const { id } = await subscribe();
  await emit(5);
  const path = `/api/webhooks/${id}/deliveries`;
  const all = (await api.call('GET', path)).body.items.map((item: { id: string }) => item.id);
  expect(all).toHaveLength(5);
  const first = await api.call('GET', `${path}?limit=3`);
  const rest = await api.call('GET', `${path}?limit=3&cursor=${first.body.nextCursor}`);
  const paged = [...first.body.items, ...rest.body.items].map((item: { id: string }) => item.id);
  expect(paged).toEqual(all);
  expect(rest.body.nextCursor).toBeNull();
  expect((await api.call('GET', `${path}?status=delivered`)).body.items).toEqual([]);
  expect((await api.call('GET', `${path}?cursor=zz`)).status).toBe(422);
  await api.context.db
    .insertInto('delivery_attempts')
    .values({ delivery_id: all[0], status: 500, error: null, duration_ms: 12 })
    .execute();
  const { body } = await api.call('GET', `/api/webhooks/deliveries/${all[0]}`, { key: 'viewer' });
  expect(body).toMatchObject({ webhookId: id, type: 'lead.converted', status: 'pending', payload: null });
  expect(body.log).toMatchObject([{ status: 500, error: null, durationMs: 12 }]);
});

test('a delivery is sent again, but not to where nothing is sent any more', async () => {
  const { id } = await subscribe();
  await emit(1);
  const [delivery] = (await api.call('GET', `/api/webhooks/${id}/deliveries`)).body.items;
  const retry = () => api.call('POST', `/api/webhooks/deliveries/${delivery.id}/retry`);
  control.received.length = 0;
  expect((await retry()).status).toBe(202);
  expect(control.received).toEqual(['startDelivery']);
  const disabled = await api.call('PATCH', `/api/webhooks/${id}`, { body: { enabled: false } });
  expect(disabled.body).toMatchObject({ enabled: false, disabledReason: 'Disabled by hand.' });
  expect((await retry()).status).toBe(409);
  const after = await api.call('GET', `/api/webhooks/deliveries/${delivery.id}`);
  expect(after.body).toMatchObject({ status: 'failed', lastError: 'The endpoint was disabled.' });
  const enabled = await api.call('PATCH', `/api/webhooks/${id}`, { body: { enabled: true } });
  expect(enabled.body).toMatchObject({ enabled: true, disabledAt: null });
  expect((await retry()).status).toBe(202);
});

test('a replay needs a time that is bounded, and counts what it sends', async () => {
  await emit(1);
  const emittedAt = Date.now();
  // An event of the same millisecond would be in the range as well.
  await vi.waitUntil(() => Date.now() > emittedAt, { interval: 1 });
  const from = new Date();
  await emit(2);
  const to = new Date(Date.now() + 1);
  const { id } = await subscribe({ eventTypes: ['lead.converted'] });
  const replay = (range: Record<string, string>) =>
    api.call('POST', `/api/webhooks/${id}/replay`, { body: range });
  const range = { from: from.toISOString(), to: to.toISOString() };
  expect((await replay(range)).body).toEqual({ deliveries: 2 });
  // Once more makes no new deliveries: the same ones are sent again.
  expect((await replay(range)).body).toEqual({ deliveries: 2 });
  expect((await api.call('GET', `/api/webhooks/${id}/deliveries`)).body.items).toHaveLength(2);
  expect((await replay({ from: range.to, to: range.from })).status).toBe(422);
  expect((await replay({ from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' })).status).toBe(422);
});

test('what is removed is gone, and gets nothing more', async () => {
  const { id } = await subscribe();
  expect((await api.call('DELETE', `/api/webhooks/${id}`)).status).toBe(204);
  await emit(1);
  const rows = await api.context.db
    .selectFrom('deliveries')
    .select('id')
    .where('endpoint_id', '=', id)
    .execute();
  expect(rows).toEqual([]);
  expect((await api.call('DELETE', `/api/webhooks/${id}`)).status).toBe(404);
  expect((await api.call('GET', `/api/webhooks/${id}/deliveries`)).status).toBe(404);
  expect((await api.call('POST', `/api/webhooks/${id}/rotate`, { body: {} })).status).toBe(404);
  expect((await api.call('PATCH', `/api/webhooks/${id}`, { body: { enabled: true } })).status).toBe(404);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashApiKey, SEEDED_NAME, seedAdminKey } from '#services/access/keys.ts';
import { type ApiRig, startApi } from '../support/api-rig.ts';

let api: ApiRig;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const create = (body: unknown, headers: Record<string, string> = {}) =>
  api.call('POST', '/api/keys', { body, headers });
const revoke = (id: string) => api.call('DELETE', `/api/keys/${id}`);
const listed = async (): Promise<{ id: string; name: string; role: string; seeded: boolean }[]> =>
  (await api.call('GET', '/api/keys?limit=200')).body.items;
const meBy = (key: string) => fetch(`${api.url}/api/me`, { headers: { authorization: `Bearer ${key}` } });

test('a key is shown once, works in its role, and is kept as a hash', async () => {
  const { status, body } = await create({ name: ' Wall in the office ', role: 'viewer' });
  expect([status, body.name, body.role, body.seeded]).toEqual([201, 'Wall in the office', 'viewer', false]);
  expect(body.key).toMatch(/^rl_[\w-]{43}$/);
  const me = await meBy(body.key);
  expect([me.status, ((await me.json()) as { role: string }).role]).toEqual([200, 'viewer']);
  const row = (await listed()).find(({ id }) => id === body.id);
  expect(JSON.stringify(row)).not.toContain(body.key);
  const stored = await api.context.db
    .selectFrom('api_keys')
    .selectAll()
    .where('id', '=', body.id)
    .executeTakeFirst();
  expect(stored?.key_hash).toBe(hashApiKey(body.key));
});

test('repeated under its Idempotency-Key it makes no second key, and the first is kept nowhere', async () => {
  const headers = { 'idempotency-key': 'make-one' };
  const first = await create({ name: 'CRM', role: 'operator' }, headers);
  const again = await create({ name: 'CRM', role: 'operator' }, headers);
  expect([again.status, again.body]).toEqual([201, { ...first.body, key: null }]);
  expect((await listed()).filter(({ name }) => name === 'CRM')).toHaveLength(1);
  const kept = await api.context.db.selectFrom('idempotency_keys').selectAll().execute();
  expect(kept).toHaveLength(1);
  expect(JSON.stringify(kept)).not.toContain(first.body.key);
});

test.for([
  [{ name: '', role: 'viewer' }, 'name'],
  [{ name: 'x'.repeat(101), role: 'viewer' }, 'name'],
  [{ name: SEEDED_NAME, role: 'admin' }, 'name'],
  [{ name: 'Wall', role: 'owner' }, 'role'],
  [{ name: 'Wall', role: 'viewer', key: 'chosen' }, 'key'],
] as const)('%j makes no key', async ([body, path]) => {
  const before = await listed();
  const answer = await create(body);
  expect([answer.status, answer.body.errors[0].path]).toEqual([422, path]);
  expect(await listed()).toEqual(before);
});

test('a revoked key is refused at once, and is gone from the list', async () => {
  const { body } = await create({ name: 'Leaver', role: 'operator' });
  expect((await meBy(body.key)).status).toBe(200);
  expect((await revoke(body.id)).status).toBe(204);
  expect((await meBy(body.key)).status).toBe(401);
  expect((await listed()).map(({ id }) => id)).not.toContain(body.id);
  expect((await revoke(body.id)).status).toBe(404);
});

test("the variable's key and the last admin's stay, with the reason", async () => {
  await seedAdminKey(api.context.db, hashApiKey('seeded'), new Date());
  const admins = (await listed()).filter(({ role }) => role === 'admin');
  const seeded = admins.find((key) => key.seeded);
  const other = admins.find((key) => !key.seeded);
  expect(admins).toHaveLength(2);
  const refused = await revoke(seeded?.id ?? '');
  expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining(SEEDED_NAME)]);
  await api.context.db
    .updateTable('api_keys')
    .set({ revoked_at: new Date() })
    .where('name', '=', SEEDED_NAME)
    .execute();
  const last = await revoke(other?.id ?? '');
  expect([last.status, last.body.detail]).toEqual([409, expect.stringContaining('last admin')]);
});

test('of two admins who revoke each other at the same time one is left', async () => {
  const { body: second } = await create({ name: 'Second admin', role: 'admin' });
  const first = (await listed()).find(({ role, id }) => role === 'admin' && id !== second.id);
  const answers = await Promise.all([revoke(first?.id ?? ''), revoke(second.id)]);
  // The one that comes late is refused as the last, or is not let in any more.
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 204)).toHaveLength(1);
  const left = await api.context.db
    .selectFrom('api_keys')
    .select('id')
    .where('role', '=', 'admin')
    .where('revoked_at', 'is', null)
    .execute();
  expect(left).toHaveLength(1);
  await api.context.db
    .updateTable('api_keys')
    .set({ revoked_at: null })
    .where('name', '=', 'admin')
    .execute();
});

test('who made and revoked a key is in the audit log, without the key', async () => {
  const { body } = await create({ name: 'Noted', role: 'viewer' });
  await revoke(body.id);
  const entries = await api.context.db
    .selectFrom('audit_log')
    .select(['action', 'data'])
    .where('subject', '=', body.id)
    .orderBy('id')
    .execute();
  expect(entries).toEqual([
    { action: 'key.created', data: { role: 'viewer' } },
    { action: 'key.revoked', data: { role: 'viewer' } },
  ]);
});

test('the list goes page by page, newest first', async () => {
  const all = await listed();
  const names: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body } = await api.call('GET', `/api/keys?limit=2${cursor && `&cursor=${cursor}`}`);
    names.push(...body.items.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor;
  }
  expect(names).toEqual(all.map(({ id }) => id));
});

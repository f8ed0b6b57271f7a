import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiRig, startApi } from '../support/api-rig.ts';

let api: ApiRig;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const ID = '019a5f4e-7c1b-7d3a-9f00-5b1f0c2d3e4f';
const RANK = { viewer: 0, operator: 1, admin: 2 } as const;

const guarded = () => api.check.routes.filter(({ path }) => path.startsWith('/api/'));
const filled = (path: string) => path.replace('{phone}', '+14155550117').replaceAll(/\{[^}]+\}/g, ID);

test('every route below /api refuses without a key, and with a wrong one', async () => {
  expect(guarded().length).toBeGreaterThan(25);
  for (const { method, path } of guarded()) {
    for (const key of ['none', 'wrong'] as const) {
      const { status, headers } = await api.call(method, filled(path), { key });
      expect([method, path, key, status]).toEqual([method, path, key, 401]);
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
  }
});

test('every route refuses a smaller role than it names, and lets that role in', async () => {
  for (const { method, path, role } of guarded()) {
    if (role === undefined) throw new Error(`${method} ${path} names no role`);
    for (const key of ['viewer', 'operator', 'admin'] as const) {
      const { status } = await api.call(method, filled(path), { key, headers: csvFor(path) });
      if (RANK[key] < RANK[role]) expect([method, path, key, status]).toEqual([method, path, key, 403]);
      else expect([401, 403], `${method} ${path} ${key}`).not.toContain(status);
    }
  }
});

function csvFor(path: string): Record<string, string> {
  return path.endsWith('/import') ? { 'content-type': 'text/csv' } : {};
}

test('reading is for viewers but for the list of keys, and every change is for operators at least', () => {
  for (const { method, path, role } of guarded()) {
    if (path.startsWith('/api/keys')) expect(role, `${method} ${path}`).toBe('admin');
    else expect(role === 'viewer', `${method} ${path}`).toBe(method === 'GET');
  }
});

test('a revoked key is wrong', async () => {
  await api.context.db
    .updateTable('api_keys')
    .set({ revoked_at: new Date() })
    .where('role', '=', 'viewer')
    .execute();
  expect((await api.call('GET', '/api/campaigns', { key: 'viewer' })).status).toBe(401);
  await api.context.db.updateTable('api_keys').set({ revoked_at: null }).execute();
  expect((await api.call('GET', '/api/campaigns', { key: 'viewer' })).status).toBe(200);
});

test('what is not there is 404, and what is not possible there 405', async () => {
  const nowhere = await api.call('GET', '/api/nowhere', { unlisted: true });
  expect([nowhere.status, nowhere.body.type]).toEqual([404, '/problems/not-found']);
  const put = await api.call('PUT', `/api/campaigns/${ID}`, { unlisted: true, body: {} });
  expect([put.status, put.body.type]).toEqual([405, '/problems/method-not-allowed']);
  expect(put.headers.get('allow')?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH']);
  expect(put.headers.get('content-type')).toBe('application/problem+json');
});

test('bodies: broken JSON, wrong type, wrong encoding, too large', async () => {
  const post = (raw: string, type = 'application/json') =>
    api.call('POST', '/api/campaigns', { raw, headers: { 'content-type': type } });
  expect((await post('{"name":')).status).toBe(400);
  expect((await post('name=x', 'application/x-www-form-urlencoded')).status).toBe(415);
  expect((await post(`{"name":"${'x'.repeat(1024 * 1024)}"}`)).status).toBe(413);
  const nul = await post('{"name":"a\\u0000b"}');
  expect([nul.status, nul.body.errors[0].path]).toEqual([422, 'name']);
});

test('a body that claims more than it sends is cut off at the limit, not read', async () => {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  const answer = new Promise<string>((resolve, reject) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
  socket.write(
    `POST /webhooks/elevenlabs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${100 * 1024 * 1024}\r\n\r\n{`,
  );
  expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
});

test('answers carry the headers that a browser is held by', async () => {
  const { headers } = await api.call('GET', '/api/campaigns');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('the docs page loads nothing from elsewhere, and no inline script', async () => {
  const page = await fetch(`${api.url}/docs`);
  const html = await page.text();
  const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '');
  expect(sources).toHaveLength(4);
  for (const source of sources) expect((await fetch(api.url + source)).status, source).toBe(200);
  expect(html).not.toMatch(/<script>|https?:/);
  expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
});

test('health is for anyone; readiness names what does not answer', async () => {
  expect((await api.call('GET', '/health', { key: 'none' })).body).toEqual({ status: 'ok' });
  const ready = await api.call('GET', '/ready', { key: 'none' });
  expect(ready.status).toBe(503);
  expect(ready.body).toMatchObject({ database: 'ok', provider: 'ok' });
  expect(ready.body.temporal).not.toBe('ok');
});

test('an answer that the document does not promise is found out', () => {
  const headers = new Headers({ 'content-type': 'application/json' });
  const response = (status: number, body: unknown) => () =>
    api.check.response('GET', '/api/campaigns', { status, body, headers });
  expect(response(200, { items: [], nextCursor: null })).not.toThrow();
  expect(response(200, { items: [{ id: 1 }], nextCursor: null })).toThrow('not as promised');
  expect(response(200, { items: [] })).toThrow('not as promised');
  expect(response(418, {})).toThrow('not in the document');
});

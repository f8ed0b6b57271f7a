import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createApp } from '#api/app.ts';
import type { Api } from '#api/context.ts';
import { hashApiKey, revokeKey } from '#services/access/keys.ts';
import { type ApiRig, startApi } from '../support/api-rig.ts';
import { buildPage } from '../support/built-page.ts';

const KEY = 'operator-key-of-the-sign-in-tests';
const HOUR_MS = 3_600_000;
const DASHBOARD = { 'x-ringleader-dashboard': '1' };

let api: ApiRig;
let dir: string;
let app: Api;
/** The same product as browsers reach it over HTTPS. */
let secureApp: Api;

beforeAll(async () => {
  api = await startApi();
  dir = buildPage();
  const context = { ...api.context, dashboardDir: dir };
  app = createApp(context);
  secureApp = createApp({
    ...context,
    config: { ...context.config, publicUrl: 'https://calls.example.com' },
  });
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await api.stop();
});

/** A key of its own for each test, so that one test's revocation is not another's. */
let made = 0;
async function newKey(): Promise<{ id: string; key: string }> {
  made += 1;
  const key = `${KEY}-${made}`;
  const { id } = await api.context.db
    .insertInto('api_keys')
    .values({
      id: crypto.randomUUID(),
      name: `Operator ${made}`,
      role: 'operator',
      key_hash: hashApiKey(key),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id, key };
}

async function signIn(key: string, to: Api = app): Promise<Response> {
  return await to.request('/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...DASHBOARD },
    body: JSON.stringify({ key }),
  });
}

/** As a browser would send it back. */
function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

async function signedIn(): Promise<{ id: string; cookie: string }> {
  const { id, key } = await newKey();
  return { id, cookie: cookieOf(await signIn(key)) };
}

const me = (cookie: string) => app.request('/api/me', { headers: { cookie } });

/** The rig's own clock goes on from here for the tests of time. */
let startedAt: Date;
beforeAll(() => {
  startedAt = new Date();
});
afterEach(() => api.setNow(new Date()));
const later = (ms: number) => api.setNow(new Date(startedAt.getTime() + ms));

test('a session is a cookie that no script reads and no other site sends', async () => {
  const { key } = await newKey();
  const answer = await signIn(key);
  expect([answer.status, (await answer.json()).role]).toEqual([200, 'operator']);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const [pair, ...flags] = (answer.headers.get('set-cookie') ?? '').split('; ');
  expect(pair).toMatch(/^ringleader=[\w-]{43}$/);
  expect(flags).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
  expect(flags).not.toContain('Secure');
  expect(pair).not.toContain(key);
});

test('over HTTPS it is bound to this host and to HTTPS', async () => {
  const { key } = await newKey();
  const answer = await signIn(key, secureApp);
  const cookie = answer.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^__Host-ringleader=[\w-]{43}; /);
  expect(cookie.split('; ')).toEqual(
    expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Secure', 'Path=/']),
  );
  expect(cookie).not.toMatch(/domain=/i);
  // The name without the prefix, which a neighbouring host could set, counts for nothing there.
  const plain = cookieOf(answer).replace('__Host-', '');
  expect((await secureApp.request('/api/me', { headers: { cookie: plain } })).status).toBe(401);
  expect((await secureApp.request('/api/me', { headers: { cookie: cookieOf(answer) } })).status).toBe(200);
});

test('the token itself is not in the database', async () => {
  const { id, cookie } = await signedIn();
  const token = cookie.split('=')[1] ?? '';
  const rows = await api.context.db
    .selectFrom('browser_sessions')
    .selectAll()
    .where('key_id', '=', id)
    .execute();
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(token);
  expect(rows[0]?.token_hash).toBe(hashApiKey(token));
});

test.for([
  ['a wrong key', { key: 'no-such-key' }, 401],
  ['none', { key: '' }, 422],
  ['one too long', { key: 'x'.repeat(513) }, 422],
  ['something else beside it', { key: 'x', role: 'admin' }, 422],
] as const)('%s opens no session', async ([, body, status]) => {
  const answer = await app.request('/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('set-cookie')).toBeNull();
});

test('a session reads by its cookie, and changes only with the header that no other site can send', async () => {
  const { id, cookie } = await signedIn();
  const read = await me(cookie);
  expect([read.status, (await read.json()).keyId]).toEqual([200, id]);
  const add = (headers: Record<string, string>) =>
    app.request('/api/opt-outs', {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ phone: '+14155550123' }),
    });
  expect((await add({})).status).toBe(401);
  expect(await api.context.db.selectFrom('opt_outs').select('phone').execute()).toEqual([]);
  expect((await add(DASHBOARD)).status).toBe(201);
});

test('a role is that of the key, also in a session', async () => {
  const { cookie } = await signedIn();
  const answer = await app.request('/api/keys', { headers: { cookie } });
  expect([answer.status, (await answer.json()).type]).toEqual([403, '/problems/forbidden']);
});

test.for(['', 'short', 'a'.repeat(43), `${'a'.repeat(42)}%`])(
  'the cookie "%s" is nobody’s',
  async (token) => {
    expect((await me(`ringleader=${token}`)).status).toBe(401);
  },
);

test('a wrong key in the header is not made good by a session', async () => {
  const { cookie } = await signedIn();
  const answer = await app.request('/api/me', { headers: { cookie, authorization: 'Bearer no-such-key' } });
  expect(answer.status).toBe(401);
});

test('it ends twelve hours after its last use, and use makes it last', async () => {
  later(0);
  const { cookie } = await signedIn();
  later(11 * HOUR_MS);
  expect((await me(cookie)).status).toBe(200);
  later(22 * HOUR_MS);
  expect((await me(cookie)).status).toBe(200);
  later(34 * HOUR_MS + 60_000);
  expect((await me(cookie)).status).toBe(401);
  // What has ended is cleared away when somebody signs in.
  const token = cookie.split('=')[1] ?? '';
  await signedIn();
  const left = await api.context.db.selectFrom('browser_sessions').select('token_hash').execute();
  expect(left.map(({ token_hash }) => token_hash)).not.toContain(hashApiKey(token));
});

test('its cookie is given anew with the first use on each new day, and it ends after ninety however it is used', async () => {
  later(0);
  const { cookie } = await signedIn();
  const renewals: { atHour: number; seconds: number }[] = [];
  for (let hour = 8; hour < 90 * 24; hour += 8) {
    later(hour * HOUR_MS + 1_000);
    // An answer that refuses carries it as any other does.
    const answer = await app.request('/api/keys', { headers: { cookie } });
    expect([hour, answer.status]).toEqual([hour, 403]);
    const given = answer.headers.get('set-cookie');
    if (given === null) continue;
    expect(given.split('; ')).toEqual(expect.arrayContaining([cookie, 'HttpOnly', 'SameSite=Strict']));
    renewals.push({ atHour: hour, seconds: Number(/Max-Age=(\d+)/.exec(given)?.[1]) });
  }
  expect(renewals.map(({ atHour }) => atHour)).toEqual(
    Array.from({ length: 89 }, (_, day) => 24 * (day + 1)),
  );
  // In the browser it lasts no longer than it does here.
  for (const { atHour, seconds } of renewals) {
    const leftSeconds = (90 * 24 - atHour) * 3_600;
    expect(Math.abs(seconds - Math.min(30 * 86_400, leftSeconds))).toBeLessThan(5);
  }
  later(90 * 24 * HOUR_MS - 60_000);
  expect((await me(cookie)).status).toBe(200);
  later(90 * 24 * HOUR_MS + 1_000);
  expect((await me(cookie)).status).toBe(401);
});

test('a key that is revoked ends its sessions', async () => {
  const { id, cookie } = await signedIn();
  const other = await signedIn();
  expect((await me(cookie)).status).toBe(200);
  await revokeKey(api.context, { id, actor: { id, role: 'admin' } });
  expect((await me(cookie)).status).toBe(401);
  expect((await me(other.cookie)).status).toBe(200);
});

test('signing out ends the session itself, not the cookie alone; another site cannot ask for it', async () => {
  const { cookie } = await signedIn();
  const leave = (headers: Record<string, string>) =>
    app.request('/sign-out', { method: 'POST', headers: { cookie, ...headers } });
  const foreign = await leave({});
  expect([foreign.status, foreign.headers.get('set-cookie')]).toEqual([204, null]);
  expect((await me(cookie)).status).toBe(200);
  const answer = await leave(DASHBOARD);
  expect(answer.status).toBe(204);
  expect(answer.headers.get('set-cookie')).toMatch(/^ringleader=; Max-Age=0; Path=\//);
  expect((await me(cookie)).status).toBe(401);
});

test('what the API does not have stays a problem, also for a browser; so does what is no page', async () => {
  const { cookie } = await signedIn();
  for (const path of ['/api/nowhere', '/webhooks/nowhere', '/assets/nowhere.js', '/docs/nowhere']) {
    const answer = await app.request(path, { headers: { cookie, accept: 'text/html' } });
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  }
  const asJson = await app.request('/campaigns', { headers: { accept: 'application/json' } });
  expect(asJson.status).toBe(404);
  const posted = await app.request('/campaigns', { method: 'POST', headers: { accept: 'text/html' } });
  expect(posted.status).toBe(404);
});

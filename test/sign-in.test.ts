import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createApp } from '../api/app.ts';
import { hashApiKey } from '../api/auth.ts';
import type { Api } from '../api/deps.ts';
import { inTransaction } from '../db/client.ts';
import { revokeKey } from '../db/queries/api-keys.ts';
import { type ApiRig, startApi } from './api-rig.ts';

const KEY = 'operator-key-of-the-sign-in-tests';
const HOUR_MS = 3_600_000;
const DASHBOARD = { 'x-ringleader-dashboard': '1' };
const SCRIPT = `console.log(${JSON.stringify('x'.repeat(5_000))});\n`;
const PAGE =
  '<!doctype html><meta name="csp-nonce" content="__NONCE__"><script type="module" src="/assets/main-a1.js"></script>';

let api: ApiRig;
let dir: string;
let app: Api;
/** The same product as browsers reach it over HTTPS. */
let secureApp: Api;

beforeAll(async () => {
  api = await startApi();
  dir = mkdtempSync(join(tmpdir(), 'ringleader-dashboard-'));
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), PAGE);
  writeFileSync(join(dir, 'assets', 'main-a1.js'), SCRIPT);
  writeFileSync(join(dir, 'assets', 'notes.txt'), 'not a part of the page');
  writeFileSync(join(dir, 'secret.js'), 'outside of the assets');
  const deps = { ...api.deps, dashboardDir: dir };
  app = createApp(deps);
  secureApp = createApp({ ...deps, config: { ...deps.config, publicUrl: 'https://calls.example.com' } });
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
  const { id } = await api.deps.db
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
const page = (path: string) => app.request(path, { headers: { accept: 'text/html,*/*' } });

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
  const rows = await api.deps.db
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
  expect(await api.deps.db.selectFrom('opt_outs').select('phone').execute()).toEqual([]);
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
  const left = await api.deps.db.selectFrom('browser_sessions').select('token_hash').execute();
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
  await inTransaction(api.deps.db, (tx) => revokeKey(tx, id, new Date()));
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

test('the page comes under a policy that lets no inline script run, with a nonce of its own each time', async () => {
  const answers = await Promise.all([page('/'), page('/campaigns/some-id?tab=leads')]);
  const nonces = new Set<string>();
  for (const answer of answers) {
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    const nonce = /style-src 'self' 'nonce-([\w-]+)'/.exec(policy)?.[1] ?? '';
    const html = await answer.text();
    expect(html).toContain(`content="${nonce}"`);
    expect(html).not.toMatch(/__NONCE__|<script>|<script(?![^>]*\bsrc=)/);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(2);
});

test('parts of the page are kept for good, come compressed, and are not sent twice', async () => {
  const plain = await app.request('/assets/main-a1.js');
  expect([plain.status, await plain.text()]).toEqual([200, SCRIPT]);
  expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(plain.headers.get('x-content-type-options')).toBe('nosniff');
  const packed = await app.request('/assets/main-a1.js', { headers: { 'accept-encoding': 'br, gzip' } });
  expect([packed.headers.get('content-encoding'), packed.headers.get('vary')]).toEqual([
    'gzip',
    'accept-encoding',
  ]);
  const bytes = Buffer.from(await packed.arrayBuffer());
  expect(bytes.length).toBeLessThan(SCRIPT.length);
  expect(gunzipSync(bytes).toString()).toBe(SCRIPT);
  const etag = plain.headers.get('etag') ?? '';
  const again = await app.request('/assets/main-a1.js', { headers: { 'if-none-match': etag } });
  expect([again.status, await again.text()]).toEqual([304, '']);
  const other = await app.request('/assets/main-a1.js', { headers: { 'if-none-match': '"another"' } });
  expect(other.status).toBe(200);
});

test.for([
  '/assets/../secret.js',
  '/assets/..%2fsecret.js',
  '/assets/%2e%2e/secret.js',
  '/assets/%2e%2e%2fsecret.js',
  '/assets/..%5csecret.js',
  '/assets/.hidden.js',
  '/assets/main-a1.js%00.css',
  '/assets/notes.txt',
  '/assets/nowhere.js',
  '/assets/',
  '/assets/deeper/main-a1.js',
])('%s leads nowhere', async (path) => {
  const answer = await app.request(path);
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.text()).not.toContain('outside');
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

test('a page that was not built says how it is', async () => {
  const unbuilt = createApp({ ...api.deps, dashboardDir: join(dir, 'nowhere') });
  const answer = await unbuilt.request('/', { headers: { accept: 'text/html' } });
  expect(answer.status).toBe(404);
  expect((await answer.json()).detail).toContain('npm run build');
});

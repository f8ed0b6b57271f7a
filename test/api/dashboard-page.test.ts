import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '#api/app.ts';
import type { Api } from '#api/context.ts';
import { type ApiRig, startApi } from '../support/api-rig.ts';
import { buildPage, SCRIPT } from '../support/built-page.ts';

let api: ApiRig;
let dir: string;
let app: Api;

beforeAll(async () => {
  api = await startApi();
  dir = buildPage();
  app = createApp({ ...api.context, dashboardDir: dir });
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await api.stop();
});

const page = (path: string) => app.request(path, { headers: { accept: 'text/html,*/*' } });

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

test('a page that was not built says how it is', async () => {
  const unbuilt = createApp({ ...api.context, dashboardDir: join(dir, 'nowhere') });
  const answer = await unbuilt.request('/', { headers: { accept: 'text/html' } });
  expect(answer.status).toBe(404);
  expect((await answer.json()).detail).toContain('npm run build');
});

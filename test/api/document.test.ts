// What the document says of every route, asked of the running API.
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProviderError } from '#providers/ports.ts';
import { type ApiRig, startApi } from '../support/api-rig.ts';

let api: ApiRig;
let key: string;
beforeAll(async () => {
  api = await startApi();
  key = (await api.call('POST', '/api/keys', { body: { name: 'Prober', role: 'viewer' } })).body.key;
});
afterAll(() => api.stop());

const ID = '019a5f4e-7c1b-7d3a-9f00-5b1f0c2d3e4f';
const addressOf = (path: string) => path.replaceAll(/\{[^}]+\}/g, ID);

/** As `api.call`, with methods that `fetch` refuses. */
function ask(
  method: string,
  path: string,
): Promise<{ status: number | undefined; allow: string | undefined }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}` };
    const asked = request(`${api.url}${path}`, { method, headers }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, allow: answer.headers.allow });
    });
    asked.on('error', reject);
    asked.end();
  });
}

test.each(['TRACE', 'PUT', 'OPTIONS', 'QUERY'])(
  '%s is refused at every address, with what is possible there',
  async (method) => {
    const methods = Map.groupBy(api.check.routes, ({ path }) => path);
    for (const [path, routes] of methods) {
      const possible = routes.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
      const { status, allow } = await ask(method, addressOf(path));
      expect([path, status, allow?.split(', ').sort()]).toEqual([path, 405, possible.sort()]);
    }
    expect(await ask(method, '/api/nothing')).toMatchObject({ status: 404 });
  },
);

test('a body that the document requires cannot be left out', async () => {
  const document = await (await fetch(`${api.url}/openapi.json`)).json();
  let asked = 0;
  for (const { method, path } of api.check.routes) {
    const body = document.paths[path][method.toLowerCase()].requestBody;
    if (body?.required !== true || !('application/json' in body.content) || path.startsWith('/webhooks/'))
      continue;
    asked += 1;
    const { status } = await api.call(method, addressOf(path));
    expect([method, path, status]).toEqual([method, path, 422]);
  }
  expect(asked).toBeGreaterThan(15);
});

test.each(['ids=%00', 'agent=%00', 'agent=%20', 'q=%00'])(
  'calls are not searched by what no text can hold: %s',
  async (query) => {
    expect((await api.call('GET', `/api/calls?${query}`)).status).toBe(422);
  },
);

test('a cursor that the voice provider refuses is refused as one of ours is', async () => {
  const { voice } = api.context;
  const refusal = new ProviderError('no such page', {
    provider: 'elevenlabs',
    status: 422,
    retryable: false,
  });
  voice.searchVoices = () => Promise.reject(refusal);
  const answer = await api.call('GET', '/api/voices?cursor=x');
  expect([answer.status, answer.body.errors]).toEqual([
    422,
    [{ path: 'cursor', message: 'is not a cursor of this list' }],
  ]);
  expect((await api.call('GET', '/api/voices')).status).toBe(502);
});

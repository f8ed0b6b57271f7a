import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { expect, test } from 'vitest';
import type { Api, ApiEnv } from '../context.ts';
import { createErrorHandler, onInvalid } from './errors.ts';
import { readJsonBody } from './limits.ts';
import { readOperations, refuseOtherMethods } from './operations.ts';

const change = z.strictObject({ name: z.string().optional() });
const start = z.strictObject({ lines: z.number().default(3) });

function createApp(): Api {
  const app: Api = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid });
  const operations = readOperations(app);
  app.onError(createErrorHandler({ debug() {}, info() {}, warn() {}, error: console.error }));
  app.use(refuseOtherMethods(operations));
  app.use(readJsonBody(operations, () => false));
  const responses = { 200: { description: 'Done' } };
  const body = (schema: z.ZodType, required: boolean) => ({
    body: { required, content: { 'application/json': { schema } } },
  });
  app.openapi(createRoute({ method: 'get', path: '/things/new', responses }), (c) => c.json({}, 200));
  app.openapi(createRoute({ method: 'get', path: '/things/{id}', responses }), (c) => c.json({}, 200));
  app.openapi(
    createRoute({ method: 'patch', path: '/things/{id}', request: body(change, true), responses }),
    (c) => c.json(c.req.valid('json'), 200),
  );
  app.openapi(
    createRoute({ method: 'post', path: '/things/{id}/start', request: body(start, false), responses }),
    (c) => c.json(c.req.valid('json'), 200),
  );
  return app;
}

const app = createApp();

/** A request of any method: `Request` itself refuses TRACE, which the server passes on. */
function ask(method: string, path: string): Promise<Response> {
  const request = new Request(`http://localhost${path}`);
  const read = (name: string | symbol) => (name === 'method' ? method : Reflect.get(request, name, request));
  return Promise.resolve(app.fetch(new Proxy(request, { get: (_target, name) => read(name) })));
}

test.each([
  ['PUT', '/things/7', 'GET, HEAD, PATCH'],
  ['TRACE', '/things/7', 'GET, HEAD, PATCH'],
  ['OPTIONS', '/things/7', 'GET, HEAD, PATCH'],
  ['PATCH', '/things/new', 'GET, HEAD'],
  ['GET', '/things/7/start', 'POST'],
  ['QUERY', '/things/7/start', 'POST'],
])('%s %s is refused with the methods of that address alone', async (method, path, allow) => {
  const answer = await ask(method, path);
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
  expect(await answer.json()).toMatchObject({ type: '/problems/method-not-allowed' });
});

test('HEAD is possible wherever GET is, and an unknown address is left to others', async () => {
  expect((await app.request('/things/7', { method: 'HEAD' })).status).toBe(200);
  expect((await ask('TRACE', '/nothing')).status).toBe(404);
  expect((await app.request('/things//start', { method: 'POST' })).status).toBe(404);
});

test('a body that is required cannot be left out, even where all of its fields can', async () => {
  const none = await app.request('/things/7', { method: 'PATCH' });
  expect(none.status).toBe(422);
  expect(await none.json()).toMatchObject({ errors: [{ path: '' }] });
  const empty = await app.request('/things/7', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect([empty.status, await empty.json()]).toEqual([200, {}]);
});

test('a body that may be left out gets its defaults all the same', async () => {
  const none = await app.request('/things/7/start', { method: 'POST' });
  expect([none.status, await none.json()]).toEqual([200, { lines: 3 }]);
  const some = await app.request('/things/7/start', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"lines":4}',
  });
  expect(await some.json()).toEqual({ lines: 4 });
});

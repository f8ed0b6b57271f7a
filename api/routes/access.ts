import { createRoute, z } from '@hono/zod-openapi';
import { listKeys, readKeyName } from '#db/queries/access.ts';
import { readWorkspace } from '#db/queries/workspace.ts';
import { UUID } from '#domain/ids.ts';
import { createKey, revokeKey } from '#services/access/keys.ts';
import { signIn, signOut } from '#services/access/sessions.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import { clearSessionCookie, sessionToken, setSessionCookie } from '../http/session-cookie.ts';
import {
  ApiKeyCreate,
  ApiKeyCreated,
  ApiKeyPage,
  Me,
  SignedIn,
  SignIn,
  toApiKey,
} from '../schemas/access.ts';
import { idParam, iso, pageQuery } from '../schemas/common.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';

const signInRoute = createRoute({
  method: 'post',
  path: '/sign-in',
  operationId: 'signIn',
  tags: ['access'],
  summary: 'Exchange an API key for a session of the dashboard',
  description:
    'The session is a cookie that scripts cannot read. It ends when it was not used for twelve hours, ninety ' +
    'days after it began, or when its key is revoked. A change that rests on it needs the header X-Ringleader-Dashboard.',
  request: { body: { required: true, content: { 'application/json': { schema: SignIn } } } },
  responses: { 200: json('Signed in', SignedIn), ...problems(400, 401, 408, 413, 415, 422, 503) },
});

const signOutRoute = createRoute({
  method: 'post',
  path: '/sign-out',
  operationId: 'signOut',
  tags: ['access'],
  summary: "End the dashboard's session",
  responses: { 204: { description: 'There is no session any more' }, ...problems(503) },
});

const readMeRoute = createRoute({
  method: 'get',
  path: '/api/me',
  operationId: 'readMe',
  tags: ['access'],
  summary: 'Whose key this is, and what the workspace is set to',
  ...access('viewer'),
  responses: { 200: json('The caller', Me), ...keyProblems },
});

const listKeysRoute = createRoute({
  method: 'get',
  path: '/api/keys',
  operationId: 'listKeys',
  tags: ['access'],
  summary: 'List the API keys in force by name, newest first; the keys themselves are not kept',
  ...access('admin'),
  request: { query: z.object(pageQuery) },
  responses: { 200: json('A page', ApiKeyPage), ...keyProblems, ...problems(422) },
});

const createKeyRoute = createRoute({
  method: 'post',
  path: '/api/keys',
  operationId: 'createKey',
  tags: ['access'],
  summary: 'Create an API key; the answer shows it, and nothing else ever does',
  ...access('admin'),
  request: { body: { required: true, content: { 'application/json': { schema: ApiKeyCreate } } } },
  responses: { 201: json('The key', ApiKeyCreated), ...bodyProblems },
});

const revokeKeyRoute = createRoute({
  method: 'delete',
  path: '/api/keys/{id}',
  operationId: 'revokeKey',
  tags: ['access'],
  summary: 'Revoke an API key, and end the sessions of the dashboard that stand on it',
  ...access('admin'),
  request: { params: idParam },
  responses: { 204: { description: 'Revoked' }, ...keyProblems, ...problems(404, 409, 422) },
});

export function registerAccess(app: Api, context: ApiContext): void {
  const { db, config } = context;
  app.openapi(signInRoute, async (c) => {
    const { token, actor, expiresAt, lastsMs } = await signIn(context, c.req.valid('json'));
    setSessionCookie(c, context, { token, lastsMs });
    c.header('cache-control', 'no-store');
    return c.json({ role: actor.role, expiresAt: iso(expiresAt) }, 200);
  });
  app.openapi(signOutRoute, async (c) => {
    const token = sessionToken(c, context);
    // What another site sends signs nobody out: neither here nor in the browser.
    if (token === null) return c.body(null, 204);
    await signOut(context, { token });
    clearSessionCookie(c, context);
    return c.body(null, 204);
  });
  app.openapi(readMeRoute, async (c) => {
    const { id, role } = c.get('actor');
    const [name, workspace] = await Promise.all([readKeyName(db, id), readWorkspace(db)]);
    const { temporalWebUrl: webUrl } = config;
    return c.json(
      {
        keyId: id,
        name,
        role,
        timeZone: workspace.time_zone,
        lines: workspace.lines,
        simulated: isLoopback(config.elevenLabs.baseUrl),
        texting: config.twilio?.textsFrom != null,
        temporal: webUrl === null ? null : { webUrl, namespace: config.temporal.namespace },
      },
      200,
    );
  });
  app.openapi(listKeysRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [UUID]) ?? [];
    const rows = await listKeys(db, { before, limit });
    return c.json(
      toPage(rows, limit, ({ id }) => [id], toApiKey),
      200,
    );
  });
  app.openapi(createKeyRoute, async (c) => {
    const { row, key } = await createKey(context, { ...c.req.valid('json'), actor: c.get('actor') });
    c.set('answerToKeep', { ...toApiKey(row), key: null });
    return c.json({ ...toApiKey(row), key }, 201);
  });
  app.openapi(revokeKeyRoute, async (c) => {
    await revokeKey(context, { id: c.req.valid('param').id, actor: c.get('actor') });
    return c.body(null, 204);
  });
}

/** The real provider is never on this machine. */
function isLoopback(baseUrl: string | null): boolean {
  if (baseUrl === null) return false;
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(baseUrl).hostname);
}

import { createRoute } from '@hono/zod-openapi';
import { findActor } from '#db/queries/api-keys.ts';
import { LONGEST_SESSION_MS, openSession } from '#db/queries/browser-sessions.ts';
import type { Api, ApiContext } from '../../context.ts';
import { hashApiKey } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { newToken, setSessionCookie } from '../../http/session-cookie.ts';
import { SignedIn, SignIn } from '../../schemas/access.ts';
import { iso } from '../../schemas/common.ts';
import { json, problems } from '../../schemas/problem.ts';

const route = createRoute({
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

export function signIn(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const actor = await findActor(context.db, hashApiKey(c.req.valid('json').key));
    if (actor === null) throw new Problem('unauthorized', 'This key is not known, or was revoked.');
    const token = newToken();
    const { expiresAt } = await openSession(context.db, {
      tokenHash: hashApiKey(token),
      keyId: actor.id,
      now: await context.now(),
    });
    setSessionCookie(c, context, { token, lastsMs: LONGEST_SESSION_MS });
    c.header('cache-control', 'no-store');
    return c.json({ role: actor.role, expiresAt: iso(expiresAt) }, 200);
  });
}

import { createRoute } from '@hono/zod-openapi';
import { closeSession } from '#db/queries/browser-sessions.ts';
import type { Api, ApiContext } from '../../context.ts';
import { hashApiKey } from '../../http/auth.ts';
import { clearSessionCookie, sessionToken } from '../../http/session-cookie.ts';
import { problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'post',
  path: '/sign-out',
  operationId: 'signOut',
  tags: ['access'],
  summary: "End the dashboard's session",
  responses: { 204: { description: 'There is no session any more' }, ...problems(503) },
});

export function signOut(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const token = sessionToken(c, context);
    // What another site sends signs nobody out: neither here nor in the browser.
    if (token === null) return c.body(null, 204);
    await closeSession(context.db, hashApiKey(token));
    clearSessionCookie(c, context);
    return c.body(null, 204);
  });
}

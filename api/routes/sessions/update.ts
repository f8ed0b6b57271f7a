import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { findSession, updateSession } from '#db/queries/agent-sessions.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam } from '../../schemas/common.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { Session, SessionUpdate, toSession } from '../../schemas/session.ts';

const route = createRoute({
  method: 'patch',
  path: '/api/sessions/{id}',
  operationId: 'updateSession',
  tags: ['provider'],
  summary: 'Say how a browser session sounded, and what was really said in it',
  ...access('operator'),
  request: {
    params: idParam,
    body: { required: true, content: { 'application/json': { schema: SessionUpdate } } },
  },
  responses: { 200: json('The session as it is now', Session), ...bodyProblems, ...problems(404) },
});

export function updateSessionRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { rating, spoken } = c.req.valid('json');
    const session = await inTransaction(db, async (tx) => {
      if ((await findSession(tx, id)) === null) throw notFound('session');
      await updateSession(tx, id, { rating, spoken });
      // What a person said is theirs; that it was written down is enough.
      const data = {
        ...(rating === undefined ? {} : { rating }),
        ...(spoken === undefined ? {} : { spoken: spoken === null ? 'removed' : 'changed' }),
      };
      await appendAudit(tx, { actor: c.get('actor'), action: 'session.updated', subject: id, data });
      return await findSession(tx, id);
    });
    if (session === null) throw notFound('session');
    return c.json(toSession(session), 200);
  });
}

import { createRoute } from '@hono/zod-openapi';
import { findRun } from '#db/queries/sync-runs.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { ConversationSync, toConversationSync } from '../../schemas/sync.ts';

const route = createRoute({
  method: 'get',
  path: '/api/conversations/sync/{id}',
  operationId: 'readSync',
  tags: ['conversations'],
  summary: "A walk over the provider's list of conversations, and how far it has come",
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The walk', ConversationSync), ...keyProblems, ...problems(404, 422) },
});

export function readSync(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const run = await findRun(db, c.req.valid('param').id);
    if (run === null) throw notFound('walk');
    return c.json(toConversationSync(run), 200);
  });
}

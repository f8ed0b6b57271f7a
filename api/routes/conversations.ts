import { createRoute } from '@hono/zod-openapi';
import { findRun } from '#db/queries/sync-runs.ts';
import { notFound } from '#services/errors.ts';
import { requestSync } from '#services/provider-events/sync.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { idParam } from '../schemas/common.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';
import { ConversationSync, ConversationSyncInput, toConversationSync } from '../schemas/sync.ts';

const syncRoute = createRoute({
  method: 'post',
  path: '/api/conversations/sync',
  operationId: 'syncConversations',
  tags: ['conversations'],
  summary: "Walk the provider's list of conversations into the database",
  ...access('operator'),
  request: { body: { content: { 'application/json': { schema: ConversationSyncInput } } } },
  responses: {
    200: json('What the walk came to', ConversationSync),
    202: {
      ...json('It goes on; this far it has come', ConversationSync),
      headers: {
        location: { description: 'Where to look for its end', schema: { type: 'string' as const } },
      },
    },
    ...bodyProblems,
    ...problems(503),
  },
});

const readSyncRoute = createRoute({
  method: 'get',
  path: '/api/conversations/sync/{id}',
  operationId: 'readSync',
  tags: ['conversations'],
  summary: "A walk over the provider's list of conversations, and how far it has come",
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The walk', ConversationSync), ...keyProblems, ...problems(404, 422) },
});

export function registerConversations(app: Api, context: ApiContext): void {
  app.openapi(syncRoute, async (c) => {
    const { since = null } = c.req.valid('json');
    const { run, finished } = await requestSync(context, { since });
    if (finished) return c.json(toConversationSync(run), 200);
    return c.json(toConversationSync(run), 202, { location: `/api/conversations/sync/${run.id}` });
  });

  app.openapi(readSyncRoute, async (c) => {
    const run = await findRun(context.db, c.req.valid('param').id);
    if (run === null) throw notFound('walk');
    return c.json(toConversationSync(run), 200);
  });
}

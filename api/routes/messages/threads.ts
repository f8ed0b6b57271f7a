import { createRoute } from '@hono/zod-openapi';
import { listThreads } from '#db/queries/message-threads.ts';
import { UUID } from '#domain/ids.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { MessageThreadPage, ThreadQuery, toThread } from '../../schemas/message.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const route = createRoute({
  method: 'get',
  path: '/api/messages/threads',
  operationId: 'listThreads',
  tags: ['messages'],
  summary: 'List the numbers that were written with, each with its latest text or mail, latest first',
  ...access('viewer'),
  request: { query: ThreadQuery },
  responses: { 200: json('A page', MessageThreadPage), ...keyProblems, ...problems(422) },
});

export function listThreadsRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query');
    const key = decodeCursor(cursor, [ISO_INSTANT, UUID]);
    const before = key === null ? null : { createdAt: new Date(key[0]), id: key[1] };
    const rows = await listThreads(db, filter, { before, limit });
    return c.json(
      toPage(rows, limit, ({ created_at, id }) => [created_at.toISOString(), id], toThread),
      200,
    );
  });
}

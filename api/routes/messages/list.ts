import { createRoute } from '@hono/zod-openapi';
import { listMessages } from '#db/queries/messages.ts';
import { UUID } from '#domain/ids.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { MessagePage, MessageQuery, toMessage } from '../../schemas/message.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const route = createRoute({
  method: 'get',
  path: '/api/messages',
  operationId: 'listMessages',
  tags: ['messages'],
  summary: 'List texts and mails, latest first',
  ...access('viewer'),
  request: { query: MessageQuery },
  responses: { 200: json('A page', MessagePage), ...keyProblems, ...problems(422) },
});

export function listMessagesRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query');
    const key = decodeCursor(cursor, [ISO_INSTANT, UUID]);
    const before = key === null ? null : { createdAt: new Date(key[0]), id: key[1] };
    const rows = await listMessages(db, filter, { before, limit });
    return c.json(
      toPage(rows, limit, ({ created_at, id }) => [created_at.toISOString(), id], toMessage),
      200,
    );
  });
}

import { createRoute } from '@hono/zod-openapi';
import { leadsOfContact } from '#db/queries/contact-leads.ts';
import { findMessage } from '#db/queries/messages.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam } from '../../schemas/common.ts';
import { MessageDetail, toMessageDetail } from '../../schemas/message.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/messages/{id}',
  operationId: 'readMessage',
  tags: ['messages'],
  summary: 'Read a text or mail, with every lead of its number',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The message', MessageDetail), ...keyProblems, ...problems(404, 422) },
});

export function readMessage(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const message = await findMessage(db, c.req.valid('param').id);
    if (message === null) throw notFound('message');
    return c.json(toMessageDetail(message, await leadsOfContact(db, message.phone)), 200);
  });
}

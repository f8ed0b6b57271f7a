import { createRoute } from '@hono/zod-openapi';
import { leadsOfContact } from '#db/queries/leads.ts';
import { findMessage, listMessages, listThreads, type Message as MessageRow } from '#db/queries/messages.ts';
import { UUID } from '#domain/ids.ts';
import { notFound } from '#services/errors.ts';
import { requestText } from '#services/messages/send.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import { idParam } from '../schemas/common.ts';
import {
  Message,
  MessageDetail,
  MessagePage,
  MessageQuery,
  MessageSend,
  MessageThreadPage,
  ThreadQuery,
  toMessage,
  toMessageDetail,
  toThread,
} from '../schemas/message.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';

const sendMessageRoute = createRoute({
  method: 'post',
  path: '/api/messages',
  operationId: 'sendMessage',
  tags: ['messages'],
  summary: 'Send a text; refused when the contact opted out, and in quiet hours unless it may wait',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: MessageSend } } } },
  responses: {
    202: json('It is being sent; the answer says how many segments it has', Message),
    ...bodyProblems,
    ...problems(404),
  },
});

const listMessagesRoute = createRoute({
  method: 'get',
  path: '/api/messages',
  operationId: 'listMessages',
  tags: ['messages'],
  summary: 'List texts and mails, latest first',
  ...access('viewer'),
  request: { query: MessageQuery },
  responses: { 200: json('A page', MessagePage), ...keyProblems, ...problems(422) },
});

const listThreadsRoute = createRoute({
  method: 'get',
  path: '/api/messages/threads',
  operationId: 'listThreads',
  tags: ['messages'],
  summary: 'List the numbers that were written with, each with its latest text or mail, latest first',
  ...access('viewer'),
  request: { query: ThreadQuery },
  responses: { 200: json('A page', MessageThreadPage), ...keyProblems, ...problems(422) },
});

const readMessageRoute = createRoute({
  method: 'get',
  path: '/api/messages/{id}',
  operationId: 'readMessage',
  tags: ['messages'],
  summary: 'Read a text or mail, with every lead of its number',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The message', MessageDetail), ...keyProblems, ...problems(404, 422) },
});

export function registerMessages(app: Api, context: ApiContext): void {
  const { db } = context;
  app.openapi(sendMessageRoute, async (c) => {
    const { leadId, to, body, whenAllowed = false } = c.req.valid('json');
    const message = await requestText(context, { leadId, to, body, whenAllowed, actor: c.get('actor') });
    return c.json(toMessage(message), 202);
  });

  app.openapi(listMessagesRoute, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query');
    const rows = await listMessages(db, filter, { before: beforeOf(cursor), limit });
    return c.json(toPage(rows, limit, cursorOf, toMessage), 200);
  });

  app.openapi(listThreadsRoute, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query');
    const rows = await listThreads(db, filter, { before: beforeOf(cursor), limit });
    return c.json(toPage(rows, limit, cursorOf, toThread), 200);
  });

  app.openapi(readMessageRoute, async (c) => {
    const message = await findMessage(db, c.req.valid('param').id);
    if (message === null) throw notFound('message');
    return c.json(toMessageDetail(message, await leadsOfContact(db, message.phone)), 200);
  });
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function beforeOf(cursor: string | undefined): { createdAt: Date; id: string } | null {
  const key = decodeCursor(cursor, [ISO_INSTANT, UUID]);
  return key === null ? null : { createdAt: new Date(key[0]), id: key[1] };
}

function cursorOf({ created_at, id }: Pick<MessageRow, 'created_at' | 'id'>): [string, string] {
  return [created_at.toISOString(), id];
}

import { createRoute, z } from '@hono/zod-openapi';
import { UUID } from '#domain/ids.ts';
import { listEndpoints } from '#services/webhooks/endpoints.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { pageQuery } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { OutboundWebhookPage, toWebhook } from '../../schemas/webhook.ts';

const route = createRoute({
  method: 'get',
  path: '/api/webhooks',
  operationId: 'listWebhooks',
  tags: ['webhooks'],
  summary: 'List the subscriptions, newest first',
  ...access('viewer'),
  request: { query: z.object(pageQuery) },
  responses: { 200: json('A page', OutboundWebhookPage), ...keyProblems, ...problems(422) },
});

export function listWebhooksRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [UUID]) ?? [];
    const rows = await listEndpoints(db, { before, limit });
    return c.json(
      toPage(rows, limit, ({ id }) => [id], toWebhook),
      200,
    );
  });
}

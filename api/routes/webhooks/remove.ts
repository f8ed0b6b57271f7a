import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { notFound } from '#services/errors.ts';
import { deleteEndpoint } from '#services/webhooks/endpoints.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam } from '../../schemas/common.ts';
import { keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'delete',
  path: '/api/webhooks/{id}',
  operationId: 'removeWebhook',
  tags: ['webhooks'],
  summary: 'End a subscription; what was not delivered yet is not sent',
  ...access('admin'),
  request: { params: idParam },
  responses: { 204: { description: 'Ended' }, ...keyProblems, ...problems(404, 422) },
});

export function removeWebhook(app: Api, { db, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    await inTransaction(db, async (tx) => {
      if (!(await deleteEndpoint(tx, id, await now()))) throw notFound('webhook');
      await appendAudit(tx, { actor: c.get('actor'), action: 'webhook.removed', subject: id });
    });
    return c.body(null, 204);
  });
}

import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { resend } from '#db/queries/deliveries.ts';
import { notFound } from '#services/errors.ts';
import { findEndpoint } from '#services/webhooks/endpoints.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { idParam } from '../../schemas/common.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { Delivery, toDelivery } from '../../schemas/webhook.ts';

const route = createRoute({
  method: 'post',
  path: '/api/webhooks/deliveries/{id}/retry',
  operationId: 'retryDelivery',
  tags: ['webhooks'],
  summary: 'Send a delivery now, under the id that its receiver knows, whatever became of it before',
  ...access('admin'),
  request: { params: idParam },
  responses: { 202: json('The delivery', Delivery), ...bodyProblems, ...problems(404) },
});

export function retryDelivery(app: Api, { db, workflows, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const delivery = await inTransaction(db, async (tx) => {
      const again = await resend(tx, id, await now());
      if (again === null) throw notFound('delivery');
      const endpoint = await findEndpoint(tx, again.endpoint_id);
      if (endpoint === null || endpoint.disabled_at !== null) {
        throw new Problem('wrong-state', 'Its webhook is disabled or removed.');
      }
      await appendAudit(tx, { actor: c.get('actor'), action: 'delivery.retried', subject: id });
      return again;
    });
    // When Temporal does not answer, the dispatcher finds it in the database.
    await workflows.startDelivery(id);
    return c.json(toDelivery(delivery), 202);
  });
}

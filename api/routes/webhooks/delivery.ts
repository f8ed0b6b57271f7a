import { createRoute } from '@hono/zod-openapi';
import { findDelivery, listAttempts } from '#db/queries/deliveries.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { DeliveryDetail, toDeliveryDetail } from '../../schemas/webhook.ts';

const ATTEMPTS_SHOWN = 200;

const route = createRoute({
  method: 'get',
  path: '/api/webhooks/deliveries/{id}',
  operationId: 'readDelivery',
  tags: ['webhooks'],
  summary: 'Read a delivery: what is sent, and how every attempt went',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The delivery', DeliveryDetail), ...keyProblems, ...problems(404, 422) },
});

export function readDelivery(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const [delivery, attempts] = await Promise.all([
      findDelivery(db, id),
      listAttempts(db, id, ATTEMPTS_SHOWN),
    ]);
    if (delivery === null) throw notFound('delivery');
    return c.json(toDeliveryDetail(delivery, attempts), 200);
  });
}

import { createRoute } from '@hono/zod-openapi';
import { listDeliveries } from '#db/queries/deliveries.ts';
import { UUID } from '#domain/ids.ts';
import { notFound } from '#services/errors.ts';
import { findEndpoint } from '#services/webhooks/endpoints.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { idParam, iso } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { DeliveryPage, DeliveryQuery, toDelivery } from '../../schemas/webhook.ts';

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const route = createRoute({
  method: 'get',
  path: '/api/webhooks/{id}/deliveries',
  operationId: 'listDeliveries',
  tags: ['webhooks'],
  summary: "List a subscription's deliveries, latest first",
  ...access('viewer'),
  request: { params: idParam, query: DeliveryQuery },
  responses: { 200: json('A page', DeliveryPage), ...keyProblems, ...problems(404, 422) },
});

export function listDeliveriesRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const endpointId = c.req.valid('param').id;
    const { cursor, limit, status } = c.req.valid('query');
    const key = decodeCursor(cursor, [ISO_INSTANT, UUID]);
    if ((await findEndpoint(db, endpointId)) === null) throw notFound('webhook');
    const before = key === null ? null : { createdAt: new Date(key[0]), id: key[1] };
    const rows = await listDeliveries(db, { endpointId, status }, { before, limit });
    return c.json(
      toPage(rows, limit, ({ created_at, id }) => [iso(created_at), id], toDelivery),
      200,
    );
  });
}

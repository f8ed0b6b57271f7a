import { createRoute, z } from '@hono/zod-openapi';
import {
  findDelivery,
  findEndpoint,
  listAttempts,
  listDeliveries,
  listEndpoints,
} from '#db/queries/deliveries.ts';
import { UUID } from '#domain/ids.ts';
import { notFound } from '#services/errors.ts';
import { replayDeliveries, retryDelivery } from '#services/webhooks/deliveries.ts';
import {
  changeEndpoint,
  createEndpoint,
  removeEndpoint,
  rotateSecret,
} from '#services/webhooks/endpoints.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import { idParam, iso, isoOrNull, pageQuery } from '../schemas/common.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';
import {
  Delivery,
  DeliveryDetail,
  DeliveryPage,
  DeliveryQuery,
  OutboundWebhook,
  OutboundWebhookPage,
  toDelivery,
  toDeliveryDetail,
  toWebhook,
  WebhookCreate,
  WebhookCreated,
  WebhookReplay,
  WebhookReplayed,
  WebhookRotate,
  WebhookRotated,
  WebhookUpdate,
} from '../schemas/webhook.ts';

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ATTEMPTS_SHOWN = 200;

const createWebhookRoute = createRoute({
  method: 'post',
  path: '/api/webhooks',
  operationId: 'createWebhook',
  tags: ['webhooks'],
  summary: 'Subscribe an address to events; the answer holds the secret that its receiver verifies with',
  ...access('admin'),
  request: { body: { required: true, content: { 'application/json': { schema: WebhookCreate } } } },
  responses: { 201: json('The subscription', WebhookCreated), ...bodyProblems },
});

const listWebhooksRoute = createRoute({
  method: 'get',
  path: '/api/webhooks',
  operationId: 'listWebhooks',
  tags: ['webhooks'],
  summary: 'List the subscriptions, newest first',
  ...access('viewer'),
  request: { query: z.object(pageQuery) },
  responses: { 200: json('A page', OutboundWebhookPage), ...keyProblems, ...problems(422) },
});

const updateWebhookRoute = createRoute({
  method: 'patch',
  path: '/api/webhooks/{id}',
  operationId: 'updateWebhook',
  tags: ['webhooks'],
  summary: 'Change a subscription, disable it, or take a disabled one up again',
  ...access('admin'),
  request: {
    params: idParam,
    body: { required: true, content: { 'application/json': { schema: WebhookUpdate } } },
  },
  responses: {
    200: json('The subscription as it is now', OutboundWebhook),
    ...bodyProblems,
    ...problems(404),
  },
});

const removeWebhookRoute = createRoute({
  method: 'delete',
  path: '/api/webhooks/{id}',
  operationId: 'removeWebhook',
  tags: ['webhooks'],
  summary: 'End a subscription; what was not delivered yet is not sent',
  ...access('admin'),
  request: { params: idParam },
  responses: { 204: { description: 'Ended' }, ...keyProblems, ...problems(404, 422) },
});

const rotateWebhookRoute = createRoute({
  method: 'post',
  path: '/api/webhooks/{id}/rotate',
  operationId: 'rotateWebhook',
  tags: ['webhooks'],
  summary: 'Make a new secret; for a while everything is signed with the old one too',
  ...access('admin'),
  request: {
    params: idParam,
    body: { content: { 'application/json': { schema: WebhookRotate } } },
  },
  responses: { 200: json('The new secret', WebhookRotated), ...bodyProblems, ...problems(404) },
});

const listDeliveriesRoute = createRoute({
  method: 'get',
  path: '/api/webhooks/{id}/deliveries',
  operationId: 'listDeliveries',
  tags: ['webhooks'],
  summary: "List a subscription's deliveries, latest first",
  ...access('viewer'),
  request: { params: idParam, query: DeliveryQuery },
  responses: { 200: json('A page', DeliveryPage), ...keyProblems, ...problems(404, 422) },
});

const readDeliveryRoute = createRoute({
  method: 'get',
  path: '/api/webhooks/deliveries/{id}',
  operationId: 'readDelivery',
  tags: ['webhooks'],
  summary: 'Read a delivery: what is sent, and how every attempt went',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The delivery', DeliveryDetail), ...keyProblems, ...problems(404, 422) },
});

const retryDeliveryRoute = createRoute({
  method: 'post',
  path: '/api/webhooks/deliveries/{id}/retry',
  operationId: 'retryDelivery',
  tags: ['webhooks'],
  summary: 'Send a delivery now, under the id that its receiver knows, whatever became of it before',
  ...access('admin'),
  request: { params: idParam },
  responses: { 202: json('The delivery', Delivery), ...bodyProblems, ...problems(404) },
});

const replayWebhookRoute = createRoute({
  method: 'post',
  path: '/api/webhooks/{id}/replay',
  operationId: 'replayWebhook',
  tags: ['webhooks'],
  summary: 'Send everything of a time again, also what was missed while the subscription was disabled',
  ...access('admin'),
  request: {
    params: idParam,
    body: { required: true, content: { 'application/json': { schema: WebhookReplay } } },
  },
  responses: { 202: json('How many are sent', WebhookReplayed), ...bodyProblems, ...problems(404) },
});

/** Outbound webhooks: subscriptions, and what is delivered to them. */
export function registerWebhooks(app: Api, context: ApiContext): void {
  const { db } = context;
  app.openapi(createWebhookRoute, async (c) => {
    const { url, eventTypes, description = null, campaignId = null } = c.req.valid('json');
    const { endpoint, secret } = await createEndpoint(context, {
      actor: c.get('actor'),
      url,
      eventTypes,
      description,
      campaignId,
    });
    // The secret is kept with the endpoint alone.
    c.set('answerToKeep', { ...toWebhook(endpoint), secret: null });
    return c.json({ ...toWebhook(endpoint), secret }, 201);
  });

  app.openapi(listWebhooksRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [UUID]) ?? [];
    const rows = await listEndpoints(db, { before, limit });
    return c.json(
      toPage(rows, limit, ({ id }) => [id], toWebhook),
      200,
    );
  });

  app.openapi(updateWebhookRoute, async (c) => {
    const { id } = c.req.valid('param');
    const change = c.req.valid('json');
    const endpoint = await changeEndpoint(context, { actor: c.get('actor'), id, change });
    return c.json(toWebhook(endpoint), 200);
  });

  app.openapi(removeWebhookRoute, async (c) => {
    const { id } = c.req.valid('param');
    await removeEndpoint(context, { actor: c.get('actor'), id });
    return c.body(null, 204);
  });

  app.openapi(rotateWebhookRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { keepOldForSeconds } = c.req.valid('json');
    const rotated = await rotateSecret(context, { actor: c.get('actor'), id, keepOldForSeconds });
    const oldSecretUntil = isoOrNull(rotated.oldSecretUntil);
    // The secret is kept with the endpoint alone.
    c.set('answerToKeep', { secret: null, oldSecretUntil });
    return c.json({ secret: rotated.secret, oldSecretUntil }, 200);
  });

  app.openapi(listDeliveriesRoute, async (c) => {
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

  app.openapi(readDeliveryRoute, async (c) => {
    const { id } = c.req.valid('param');
    const [delivery, attempts] = await Promise.all([
      findDelivery(db, id),
      listAttempts(db, id, ATTEMPTS_SHOWN),
    ]);
    if (delivery === null) throw notFound('delivery');
    return c.json(toDeliveryDetail(delivery, attempts), 200);
  });

  app.openapi(retryDeliveryRoute, async (c) => {
    const { id } = c.req.valid('param');
    const delivery = await retryDelivery(context, { actor: c.get('actor'), id });
    return c.json(toDelivery(delivery), 202);
  });

  app.openapi(replayWebhookRoute, async (c) => {
    const { id: endpointId } = c.req.valid('param');
    const { from, to } = c.req.valid('json');
    const deliveries = await replayDeliveries(context, { actor: c.get('actor'), endpointId, from, to });
    return c.json({ deliveries }, 202);
  });
}

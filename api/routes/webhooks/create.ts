import { createRoute } from '@hono/zod-openapi';
import { v7 as uuid } from 'uuid';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { checkCampaign, checkUrl, newSecret } from '#services/webhooks/endpoint-checks.ts';
import { insertEndpoint } from '#services/webhooks/endpoints.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { bodyProblems, json } from '../../schemas/problem.ts';
import { toWebhook, WebhookCreate, WebhookCreated } from '../../schemas/webhook.ts';

const route = createRoute({
  method: 'post',
  path: '/api/webhooks',
  operationId: 'createWebhook',
  tags: ['webhooks'],
  summary: 'Subscribe an address to events; the answer holds the secret that its receiver verifies with',
  ...access('admin'),
  request: { body: { required: true, content: { 'application/json': { schema: WebhookCreate } } } },
  responses: { 201: json('The subscription', WebhookCreated), ...bodyProblems },
});

export function createWebhook(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { url, eventTypes, description = null, campaignId = null } = c.req.valid('json');
    checkUrl(context, url);
    const secret = newSecret();
    const id = uuid();
    const endpoint = await inTransaction(context.db, async (tx) => {
      if (campaignId !== null) await checkCampaign(tx, campaignId);
      await appendAudit(tx, { actor: c.get('actor'), action: 'webhook.created', subject: id });
      return await insertEndpoint(tx, {
        id,
        url,
        description,
        eventTypes: [...new Set(eventTypes)],
        campaignId,
        secret,
        now: await context.now(),
      });
    });
    // The secret is kept with the endpoint alone.
    c.set('answerToKeep', { ...toWebhook(endpoint), secret: null });
    return c.json({ ...toWebhook(endpoint), secret }, 201);
  });
}

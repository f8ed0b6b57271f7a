import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { notFound } from '#services/errors.ts';
import { checkCampaign, checkUrl } from '#services/webhooks/endpoint-checks.ts';
import {
  changeEndpoint,
  disableEndpoint,
  enableEndpoint,
  findEndpoint,
} from '#services/webhooks/endpoints.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam } from '../../schemas/common.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { OutboundWebhook, toWebhook, WebhookUpdate } from '../../schemas/webhook.ts';

const route = createRoute({
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

export function updateWebhook(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { enabled, ...change } = c.req.valid('json');
    if (change.url !== undefined) checkUrl(context, change.url);
    const endpoint = await inTransaction(context.db, async (tx) => {
      if (change.campaignId != null) await checkCampaign(tx, change.campaignId);
      if ((await changeEndpoint(tx, id, change)) === null) throw notFound('webhook');
      if (enabled === true) await enableEndpoint(tx, id);
      if (enabled === false) {
        await disableEndpoint(tx, id, {
          reason: 'Disabled by hand.',
          now: await context.now(),
          by: 'person',
        });
      }
      const data = { changed: [...Object.keys(change), ...(enabled === undefined ? [] : ['enabled'])] };
      await appendAudit(tx, { actor: c.get('actor'), action: 'webhook.changed', subject: id, data });
      return await findEndpoint(tx, id);
    });
    if (endpoint === null) throw notFound('webhook');
    return c.json(toWebhook(endpoint), 200);
  });
}

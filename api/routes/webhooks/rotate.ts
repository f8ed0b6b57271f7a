import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { notFound } from '#services/errors.ts';
import { newSecret } from '#services/webhooks/endpoint-checks.ts';
import { rotateSecret } from '#services/webhooks/endpoints.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam, isoOrNull } from '../../schemas/common.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { WebhookRotate, WebhookRotated } from '../../schemas/webhook.ts';

/** Old secrets that may sign beside the new one: more are of no use to a receiver who changes over. */
const OLD_KEPT = 2;

const route = createRoute({
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

export function rotateWebhook(app: Api, { db, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { keepOldForSeconds } = c.req.valid('json');
    const secret = newSecret();
    const oldUntil =
      keepOldForSeconds === 0 ? null : new Date((await now()).getTime() + keepOldForSeconds * 1_000);
    await inTransaction(db, async (tx) => {
      if ((await rotateSecret(tx, id, { secret, oldUntil, kept: OLD_KEPT })) === null)
        throw notFound('webhook');
      const data = { keepOldForSeconds };
      await appendAudit(tx, { actor: c.get('actor'), action: 'webhook.rotated', subject: id, data });
    });
    const oldSecretUntil = isoOrNull(oldUntil);
    // The secret is kept with the endpoint alone.
    c.set('answerToKeep', { secret: null, oldSecretUntil });
    return c.json({ secret, oldSecretUntil }, 200);
  });
}

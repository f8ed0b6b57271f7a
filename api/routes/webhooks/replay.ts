import { createRoute, z } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { countReplayable, replayEvents } from '#db/queries/deliveries.ts';
import { invalid, notFound } from '#services/errors.ts';
import { findEndpoint } from '#services/webhooks/endpoints.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { idParam, instant, iso } from '../../schemas/common.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';

const MOST_DAYS = 31;
const MOST_EVENTS = 10_000;

const Replay = z
  .strictObject({ from: instant, to: instant })
  .openapi('WebhookReplay', { description: `At most ${MOST_DAYS} days and ${MOST_EVENTS} events` });
const Replayed = z.object({ deliveries: z.number().int() }).openapi('WebhookReplayed');

const route = createRoute({
  method: 'post',
  path: '/api/webhooks/{id}/replay',
  operationId: 'replayWebhook',
  tags: ['webhooks'],
  summary: 'Send everything of a time again, also what was missed while the subscription was disabled',
  ...access('admin'),
  request: { params: idParam, body: { required: true, content: { 'application/json': { schema: Replay } } } },
  responses: { 202: json('How many are sent', Replayed), ...bodyProblems, ...problems(404) },
});

export function replayWebhook(app: Api, { db, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { from, to } = c.req.valid('json');
    if (to <= from) throw invalid([{ path: 'to', message: 'must be after from' }]);
    if (to.getTime() - from.getTime() > MOST_DAYS * 86_400_000) {
      throw invalid([{ path: 'to', message: `must be within ${MOST_DAYS} days of from` }]);
    }
    const range = { endpointId: id, from, to, now: await now() };
    const deliveries = await inTransaction(db, async (tx) => {
      const endpoint = await findEndpoint(tx, id);
      if (endpoint === null) throw notFound('webhook');
      if (endpoint.disabled_at !== null) throw new Problem('wrong-state', 'The webhook is disabled.');
      if ((await countReplayable(tx, range, MOST_EVENTS + 1)) > MOST_EVENTS) {
        throw invalid([{ path: 'to', message: `spans more than ${MOST_EVENTS} events` }]);
      }
      const count = await replayEvents(tx, range);
      const data = { from: iso(from), to: iso(to), count };
      await appendAudit(tx, { actor: c.get('actor'), action: 'webhook.replayed', subject: id, data });
      return count;
    });
    return c.json({ deliveries }, 202);
  });
}

import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { appendEvent } from '#db/queries/events.ts';
import { markCall } from '#services/calls/mark.ts';
import { notFound } from '#services/errors.ts';
import { notifyOptedOut } from '#services/opt-outs/opt-outs.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { CallDetail, CallUpdate } from '../../schemas/call.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { callDetail, callParam } from './read.ts';

const route = createRoute({
  method: 'patch',
  path: '/api/calls/{id}',
  operationId: 'updateCall',
  tags: ['calls'],
  summary: 'Say what came of a call; a person outranks every rule',
  ...access('operator'),
  request: {
    params: callParam,
    body: { required: true, content: { 'application/json': { schema: CallUpdate } } },
  },
  responses: { 200: json('The call as it is now', CallDetail), ...bodyProblems, ...problems(404) },
});

export function updateCall(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const mark = c.req.valid('json');
    const { phone, followUps } = await inTransaction(context.db, async (tx) => {
      const marked = await markCall(tx, id, mark, await context.now());
      if (marked === null) throw notFound('call');
      const { call } = marked;
      // Notes are a person's own words, and stay where they belong.
      const { notes, ...said } = mark;
      const data = {
        ...said,
        ...(notes === undefined ? {} : { notes: notes === null ? 'removed' : 'changed' }),
      };
      await appendEvent(tx, {
        type: 'call.marked',
        campaignId: call.campaign_id,
        leadId: call.lead_id,
        callId: id,
        data,
      });
      await appendAudit(tx, { actor: c.get('actor'), action: 'call.marked', subject: id, data });
      return { phone: call.phone, followUps: marked.followUps };
    });
    for (const followUpId of followUps) await context.workflows.startFollowUp(followUpId);
    if (mark.disposition === 'opted_out' && phone !== null) await notifyOptedOut(context, phone);
    return c.json(await callDetail(context.db, id), 200);
  });
}

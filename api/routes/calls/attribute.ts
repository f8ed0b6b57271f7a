import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { attributeCall } from '#services/calls/attribute.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { CallAttribution, CallDetail } from '../../schemas/call.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { callDetail, callParam } from './read.ts';

const route = createRoute({
  method: 'post',
  path: '/api/calls/{id}/attribute',
  operationId: 'attributeCall',
  tags: ['calls'],
  summary: 'Say whose call it was; its number is remembered, and its other calls without a lead follow',
  ...access('operator'),
  request: {
    params: callParam,
    body: { required: true, content: { 'application/json': { schema: CallAttribution } } },
  },
  responses: { 200: json('The call as it is now', CallDetail), ...bodyProblems, ...problems(404, 409) },
});

export function attributeCallRoute(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { leadId, remember } = c.req.valid('json');
    const actor = c.get('actor');
    const answer = await inTransaction(context.db, async (tx) => {
      const given = await attributeCall(tx, { callId: id, leadId, remember, by: actor.id });
      if (given.kind === 'done') {
        const data = { leadId, remember, calls: given.calls.length };
        await appendAudit(tx, { actor, action: 'call.attributed', subject: id, data });
      }
      return given;
    });
    switch (answer.kind) {
      case 'no_call':
        throw notFound('call');
      case 'no_lead':
        throw notFound('lead');
      case 'dialled':
        throw new Problem('wrong-state', 'It was dialled for its lead, and stays with it.');
      case 'done':
        // The gate stops those that cannot be told.
        for (const waiting of answer.replied) await context.workflows.contactReplied(waiting);
        return c.json(await callDetail(context.db, id), 200);
    }
  });
}

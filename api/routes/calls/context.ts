import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { findCall } from '#db/queries/calls.ts';
import { assertDone, sendContext } from '#services/calls/live.ts';
import { notFound, reachable } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { ContextSend, LiveDone } from '../../schemas/live.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { callParam } from './read.ts';

const route = createRoute({
  method: 'post',
  path: '/api/calls/{id}/context',
  operationId: 'sendCallContext',
  tags: ['calls'],
  summary: 'Let the agent of a call under way know something, unheard by the person',
  ...access('operator'),
  request: {
    params: callParam,
    body: { required: true, content: { 'application/json': { schema: ContextSend } } },
  },
  responses: { 202: json('The agent has it', LiveDone), ...bodyProblems, ...problems(404, 502) },
});

export function sendCallContext(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { text } = c.req.valid('json');
    const call = await findCall(context.db, id);
    if (call === null) throw notFound('call');
    assertDone(await reachable(() => sendContext(context, call, text)));
    const data = { characters: text.length };
    await inTransaction(context.db, (tx) =>
      appendAudit(tx, { actor: c.get('actor'), action: 'call.context_sent', subject: id, data }),
    );
    return c.json({ callId: id, via: 'monitor' as const }, 202);
  });
}

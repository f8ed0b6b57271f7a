import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { findCall } from '#db/queries/calls.ts';
import { assertDone, commandCall } from '#services/calls/live.ts';
import { notFound, reachable } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { LiveDone, TransferStart } from '../../schemas/live.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { callParam } from './read.ts';

const route = createRoute({
  method: 'post',
  path: '/api/calls/{id}/transfer',
  operationId: 'transferCall',
  tags: ['calls'],
  summary: 'Hand a call under way to a person; the agent must have the tool transfer_to_number',
  ...access('operator'),
  request: {
    params: callParam,
    body: { required: true, content: { 'application/json': { schema: TransferStart } } },
  },
  responses: { 202: json('It is being handed over', LiveDone), ...bodyProblems, ...problems(404, 502) },
});

export function transferCall(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { to } = c.req.valid('json');
    const call = await findCall(context.db, id);
    if (call === null) throw notFound('call');
    assertDone(await reachable(() => commandCall(context, call, { kind: 'transfer', to })));
    await inTransaction(context.db, (tx) =>
      appendAudit(tx, { actor: c.get('actor'), action: 'call.transfer_requested', subject: id }),
    );
    return c.json({ callId: id, via: 'monitor' as const }, 202);
  });
}

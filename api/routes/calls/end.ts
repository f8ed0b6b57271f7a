import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type Call, findCall } from '#db/queries/calls.ts';
import { ProviderError } from '#providers/ports.ts';
import { assertDone, commandCall, type LiveAnswer, UNAVAILABLE } from '#services/calls/live.ts';
import { notFound, reachable } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { LiveDone } from '../../schemas/live.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { callParam } from './read.ts';

const route = createRoute({
  method: 'post',
  path: '/api/calls/{id}/end',
  operationId: 'endCall',
  tags: ['calls'],
  summary: 'End a call under way; its outcome comes as it does for every call',
  ...access('operator'),
  request: { params: callParam },
  responses: {
    202: json('It is being ended', LiveDone),
    ...keyProblems,
    ...problems(404, 409, 422, 502),
  },
});

export function endCall(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const call = await findCall(context.db, id);
    if (call === null) throw notFound('call');
    const via = await reachable(() => end(context, call));
    await inTransaction(context.db, (tx) =>
      appendAudit(tx, { actor: c.get('actor'), action: 'call.end_requested', subject: id, data: { via } }),
    );
    return c.json({ callId: id, via }, 202);
  });
}

/** By the monitor socket, else by the carrier, which can hang up whatever state the conversation is in. */
async function end(context: ApiContext, call: Call): Promise<'monitor' | 'carrier'> {
  if (call.status === 'ended') assertDone('gone');
  const answer = await monitored(context, call);
  if (answer === 'done') return 'monitor';
  const { carrier } = context;
  if (carrier !== null && call.call_sid !== null) {
    if (await carrier.endCall(call.call_sid)) return 'carrier';
    throw new Problem('wrong-state', 'The call is over.');
  }
  if (answer instanceof ProviderError) throw answer;
  if (answer === 'unavailable') {
    const otherwise =
      carrier === null
        ? 'No telephone company is configured that could hang up instead.'
        : 'The call has no number at the telephone company, which could hang up instead.';
    throw new Problem('wrong-state', `${UNAVAILABLE} ${otherwise}`);
  }
  assertDone(answer);
  return 'monitor';
}

async function monitored(context: ApiContext, call: Call): Promise<LiveAnswer | ProviderError> {
  try {
    return await commandCall(context, call, { kind: 'end' });
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}

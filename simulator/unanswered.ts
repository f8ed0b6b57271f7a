import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';

/** Leaves a request unanswered: the connection is reset, or stays open until the client gives up. */
export async function leaveUnanswered(
  { env }: Context<{ Bindings: HttpBindings }>,
  how: 'reset' | 'timeout',
): Promise<Response> {
  if (how === 'reset') env.incoming.socket.resetAndDestroy();
  else await new Promise((resolve) => env.outgoing.once('close', resolve));
  return RESPONSE_ALREADY_SENT;
}

import type { Context } from 'hono';
import type { IncomingRequest } from '#providers/ports.ts';
import type { ApiContext, ApiEnv } from '../context.ts';
import { type BodyLimit, readBody } from '../http/limits.ts';

/** A provider's request with its raw body, for the address at which the outside sees us. */
export async function readRequest(
  { config: { publicUrl } }: Pick<ApiContext, 'config'>,
  c: Context<ApiEnv>,
  limit: BodyLimit,
): Promise<IncomingRequest> {
  const body = await readBody(c.req.raw, limit);
  const { pathname, search } = new URL(c.req.url);
  return {
    url: publicUrl === null ? null : `${publicUrl.replace(/\/$/, '')}${pathname}${search}`,
    header: (name) => c.req.header(name),
    body,
  };
}

import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Logger } from '#config/logger.ts';
import type { ApiEnv } from '../context.ts';

/** One event a request, with the route's pattern in place of its path: ids, numbers and searches stay out of logs. */
export function requestLog(logger: Logger): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const startedMs = performance.now();
    await next();
    const pattern = routePath(c, -1);
    logger.info(
      {
        method: c.req.method,
        route: pattern.includes('*') || pattern === '' ? '(none)' : pattern,
        status: c.res.status,
        ms: Math.round(performance.now() - startedMs),
        ...(c.get('actor') === undefined ? {} : { actor: c.get('actor').id }),
      },
      'request',
    );
  };
}

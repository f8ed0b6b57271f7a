import { createRoute, z } from '@hono/zod-openapi';
import type { Api } from '../../context.ts';
import { json } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'readHealth',
  tags: ['system'],
  summary: 'Whether the process is alive',
  responses: { 200: json('It is', z.object({ status: z.literal('ok') }).openapi('Health')) },
});

export function readHealth(app: Api): void {
  app.openapi(route, (c) => c.json({ status: 'ok' as const }, 200));
}

import { createRoute } from '@hono/zod-openapi';
import { listLiveCalls } from '#db/queries/calls.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { CallPage, toCall } from '../../schemas/call.ts';
import { json, keyProblems } from '../../schemas/problem.ts';

const MOST_SHOWN = 1_000;

const route = createRoute({
  method: 'get',
  path: '/api/calls/live',
  operationId: 'listLiveCalls',
  tags: ['calls'],
  summary: 'Calls under way, the longest first',
  ...access('viewer'),
  responses: { 200: json('All of them', CallPage), ...keyProblems },
});

export function listLiveCallsRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const rows = await listLiveCalls(db, MOST_SHOWN);
    return c.json({ items: rows.map(toCall), nextCursor: null }, 200);
  });
}

import { createRoute } from '@hono/zod-openapi';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { CallPage, CallQuery } from '../../schemas/call.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { pageOfCalls } from './page.ts';

const route = createRoute({
  method: 'get',
  path: '/api/calls',
  operationId: 'listCalls',
  tags: ['calls'],
  summary: 'List calls, latest first',
  ...access('viewer'),
  request: { query: CallQuery },
  responses: { 200: json('A page', CallPage), ...keyProblems, ...problems(422) },
});

export function listCallsRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { campaign, lead, agent, ...query } = c.req.valid('query');
    const filter = { ...query, campaignId: campaign, leadId: lead, agentId: agent };
    return c.json(await pageOfCalls(db, filter), 200);
  });
}

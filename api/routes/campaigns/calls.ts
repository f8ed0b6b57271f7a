import { createRoute, z } from '@hono/zod-openapi';
import { findCampaign } from '#db/queries/campaigns.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { CallPage, callQuery } from '../../schemas/call.ts';
import { idParam } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { pageOfCalls } from '../calls.ts';

const route = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}/calls',
  operationId: 'listCampaignCalls',
  tags: ['calls'],
  summary: "List a campaign's calls, latest first",
  ...access('viewer'),
  request: { params: idParam, query: z.object(callQuery) },
  responses: { 200: json('A page', CallPage), ...keyProblems, ...problems(404, 422) },
});

export function listCampaignCalls(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    if ((await findCampaign(db, id)) === null) throw notFound('campaign');
    return c.json(await pageOfCalls(db, { ...c.req.valid('query'), campaignId: id }), 200);
  });
}

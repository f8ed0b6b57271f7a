import { createRoute } from '@hono/zod-openapi';
import { findCampaign } from '#db/queries/campaigns.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Campaign, toCampaign } from '../../schemas/campaign.ts';
import { idParam } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}',
  operationId: 'readCampaign',
  tags: ['campaigns'],
  summary: 'Read a campaign',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The campaign', Campaign), ...keyProblems, ...problems(404, 422) },
});

export function readCampaign(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const campaign = await findCampaign(db, c.req.valid('param').id);
    if (campaign === null) throw notFound('campaign');
    return c.json(toCampaign(campaign), 200);
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { listCampaigns } from '../../../db/queries/campaigns.ts';
import { access } from '../../auth.ts';
import { decodeCursor, toPage } from '../../cursor.ts';
import type { Api, ApiDeps } from '../../deps.ts';
import { CampaignPage, CampaignStatus, toCampaign } from '../../schemas/campaign.ts';
import { pageQuery, UUID } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/campaigns',
  tags: ['campaigns'],
  summary: 'List campaigns, newest first; archived ones are left out',
  ...access('viewer'),
  request: { query: z.object({ status: CampaignStatus.optional(), ...pageQuery }) },
  responses: { 200: json('A page', CampaignPage), ...keyProblems, ...problems(422) },
});

export function listCampaignsRoute(app: Api, { db }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { status, cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [UUID]) ?? [];
    const rows = await listCampaigns(db, { ...(status && { status }), before, limit });
    return c.json(
      toPage(rows, limit, ({ id }) => [id], toCampaign),
      200,
    );
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { readSummaries } from '#db/queries/campaign-summaries.ts';
import { type Campaign, listCampaigns } from '#db/queries/campaigns.ts';
import { UUID } from '#domain/ids.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { CampaignPage, toCampaignListed } from '../../schemas/campaign.ts';
import { pageQuery } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { CampaignStatus } from '../../schemas/words.ts';

const include = z
  .enum(['summary'])
  .optional()
  .openapi({ description: 'summary: with counts of leads and calls, which take the longer the more leads' });

const route = createRoute({
  method: 'get',
  path: '/api/campaigns',
  operationId: 'listCampaigns',
  tags: ['campaigns'],
  summary: 'List campaigns, newest first; archived ones are left out',
  ...access('viewer'),
  request: { query: z.object({ status: CampaignStatus.optional(), include, ...pageQuery }) },
  responses: { 200: json('A page', CampaignPage), ...keyProblems, ...problems(422) },
});

export function listCampaignsRoute(app: Api, context: ApiContext): void {
  const { db } = context;
  app.openapi(route, async (c) => {
    const { status, include: wanted, cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [UUID]) ?? [];
    const rows = await listCampaigns(db, { ...(status && { status }), before, limit });
    const ids = wanted === 'summary' ? rows.slice(0, limit).map(({ id }) => id) : [];
    const summaries = await readSummaries(db, ids);
    const now = await context.now();
    const toItem = (row: Campaign) => toCampaignListed(row, summaries.get(row.id) ?? null, now);
    return c.json(
      toPage(rows, limit, ({ id }) => [id], toItem),
      200,
    );
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { findCampaign } from '#db/queries/campaigns.ts';
import { readFigures } from '#services/campaigns/metrics.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Metrics } from '../../schemas/campaign.ts';
import { idParam } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const date = z.iso.date({ error: 'must be a date such as 2026-03-02' }).optional();

const route = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}/metrics',
  operationId: 'readMetrics',
  tags: ['campaigns'],
  summary: "What has come of a campaign's calls; days are those of the workspace's zone",
  ...access('viewer'),
  request: {
    params: idParam,
    query: z.object({
      from: date.openapi({ description: 'First day; bounds everything but today, this week and this month' }),
      to: date.openapi({ description: 'Last day' }),
    }),
  },
  responses: { 200: json('The figures', Metrics), ...keyProblems, ...problems(404, 422) },
});

export function readMetrics(app: Api, { db, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    if ((await findCampaign(db, id)) === null) throw notFound('campaign');
    return c.json(await readFigures(db, id, { now: await now(), ...c.req.valid('query') }), 200);
  });
}

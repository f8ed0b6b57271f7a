import { createRoute, z } from '@hono/zod-openapi';
import { readFigures, readOutsideCampaigns } from '#services/campaigns/metrics.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { WorkspaceMetrics } from '../../schemas/campaign.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const date = z.iso.date({ error: 'must be a date such as 2026-03-02' }).optional();

const route = createRoute({
  method: 'get',
  path: '/api/metrics',
  operationId: 'readWorkspaceMetrics',
  tags: ['campaigns'],
  summary: "What has come of all campaigns' calls; days are those of the workspace's zone",
  ...access('viewer'),
  request: {
    query: z.object({
      from: date.openapi({ description: 'First day; bounds everything but today, this week and this month' }),
      to: date.openapi({ description: 'Last day' }),
    }),
  },
  responses: { 200: json('The figures', WorkspaceMetrics), ...keyProblems, ...problems(422) },
});

export function readWorkspaceMetrics(app: Api, { db, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const days = c.req.valid('query');
    const [figures, outsideCampaigns] = await Promise.all([
      readFigures(db, null, { now: await now(), ...days }),
      readOutsideCampaigns(db, days),
    ]);
    return c.json({ ...figures, outsideCampaigns }, 200);
  });
}

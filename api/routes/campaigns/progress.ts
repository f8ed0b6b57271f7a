import { createRoute } from '@hono/zod-openapi';
import { countInFlight, countLeads, countOutcomes, findCampaign, readHolds } from '#db/queries/campaigns.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Progress } from '../../schemas/campaign.ts';
import { idParam, isoOrNull } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}/progress',
  operationId: 'readProgress',
  tags: ['campaigns'],
  summary: 'What a campaign is doing now, from its workflow',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The progress', Progress), ...keyProblems, ...problems(404, 422) },
});

export function readProgress(app: Api, { db, workflows, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const campaign = await findCampaign(db, id);
    if (campaign === null) throw notFound('campaign');
    const mayRun = campaign.status !== 'draft' && campaign.finished_at === null;
    const [leads, outcomes, held, inUse, workflow] = await Promise.all([
      countLeads(db, id),
      countOutcomes(db, id),
      readHolds(db, id, await now()),
      countInFlight(db, id),
      mayRun ? workflows.progress(id) : null,
    ]);
    const open = leads.waiting + leads.backingOff;
    const paused =
      campaign.status === 'paused' && open > 0 ? [{ reason: 'campaign_running' as const, leads: open }] : [];
    const fromDatabase = {
      status: campaign.status,
      lines: { limit: campaign.settings.lines, inUse },
      nextOpeningAt: isoOrNull(held.nextOpeningAt),
    };
    const live = workflow?.kind === 'done' ? workflow.value : null;
    const { status, lines, nextOpeningAt } = live ?? fromDatabase;
    return c.json(
      {
        status,
        lines,
        leads,
        outcomes,
        nextOpeningAt,
        holds: [...paused, ...held.holds],
        live: live !== null,
      },
      200,
    );
  });
}

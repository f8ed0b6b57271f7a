import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { changeCampaign } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { holdCampaign, refused } from '#services/campaigns/transitions.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam } from '../../schemas/common.ts';
import { keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'delete',
  path: '/api/campaigns/{id}',
  operationId: 'archiveCampaign',
  tags: ['campaigns'],
  summary: 'Archive a campaign: it leaves the list and can no longer be changed',
  ...access('operator'),
  request: { params: idParam },
  responses: { 204: { description: 'Archived' }, ...keyProblems, ...problems(404, 409, 422) },
});

export function archiveCampaign(app: Api, context: ApiContext): void {
  const { db } = context;
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    await inTransaction(db, async (tx) => {
      const campaign = await holdCampaign(tx, id);
      if (campaign.archived_at !== null) return;
      const problem = refused('archive', campaign);
      if (problem !== null) throw problem;
      const now = await context.now();
      await changeCampaign(tx, campaign, { archived_at: now, now });
      await appendEvent(tx, { type: 'campaign.archived', campaignId: id });
      await appendAudit(tx, { actor: c.get('actor'), action: 'campaign.archived', subject: id });
    });
    return c.body(null, 204);
  });
}

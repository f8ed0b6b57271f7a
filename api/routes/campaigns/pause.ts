import { createRoute } from '@hono/zod-openapi';
import { move, relay } from '#services/campaigns/transitions.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { CampaignInFlight, toCampaign } from '../../schemas/campaign.ts';
import { idParam } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'post',
  path: '/api/campaigns/{id}/pause',
  operationId: 'pauseCampaign',
  tags: ['campaigns'],
  summary: 'Pause a campaign: no call is placed once this has answered; calls under way go on',
  ...access('operator'),
  request: { params: idParam },
  responses: {
    202: json('The campaign, and the calls under way', CampaignInFlight),
    ...keyProblems,
    ...problems(404, 409, 422),
  },
});

export function pauseCampaign(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { campaign, inFlight } = await move(context, c.get('actor'), id, {
      action: 'pause',
      event: 'campaign.paused',
      change: (_campaign, now) => ({ status: 'paused', paused_at: now, pause_reason: null }),
    });
    await relay(context, campaign, () => context.workflows.pauseCampaign(id), ['paused']);
    return c.json({ ...toCampaign(campaign), inFlight }, 202);
  });
}

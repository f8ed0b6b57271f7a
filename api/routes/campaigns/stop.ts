import { createRoute } from '@hono/zod-openapi';
import { move, relay } from '#services/campaigns/transitions.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { CampaignInFlight, toCampaign } from '../../schemas/campaign.ts';
import { idParam } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'post',
  path: '/api/campaigns/{id}/stop',
  operationId: 'stopCampaign',
  tags: ['campaigns'],
  summary: 'Stop a campaign for good: no call is placed once this has answered; calls under way go on',
  ...access('operator'),
  request: { params: idParam },
  responses: {
    202: json('The campaign, and the calls under way', CampaignInFlight),
    ...keyProblems,
    ...problems(404, 409, 422),
  },
});

export function stopCampaign(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { campaign, inFlight } = await move(context, c.get('actor'), id, {
      action: 'stop',
      event: 'campaign.stopped',
      change: () => ({ status: 'stopped', paused_at: null, pause_reason: null }),
    });
    await relay(context, campaign, () => context.workflows.stopCampaign(id), ['stopping', 'completed']);
    return c.json({ ...toCampaign(campaign), inFlight }, 202);
  });
}

import { createRoute } from '@hono/zod-openapi';
import type { CampaignChange, Campaign as CampaignRow } from '#db/queries/campaigns.ts';
import { move, relay, startOf } from '#services/campaigns/transitions.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Campaign, toCampaign } from '../../schemas/campaign.ts';
import { idParam } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'post',
  path: '/api/campaigns/{id}/resume',
  operationId: 'resumeCampaign',
  tags: ['campaigns'],
  summary: 'Resume a paused campaign; one that was paused before its set time waits for it again',
  ...access('operator'),
  request: { params: idParam },
  responses: { 202: json('The campaign', Campaign), ...keyProblems, ...problems(404, 409, 422) },
});

export function resumeCampaign(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { campaign } = await move(context, c.get('actor'), id, {
      action: 'resume',
      event: 'campaign.resumed',
      change: goOn,
    });
    await relay(
      context,
      campaign,
      // A workflow that was paused has given up its set time: one that is to wait again starts anew.
      () =>
        campaign.status === 'scheduled'
          ? context.workflows.startCampaign({ ...startOf(campaign), replace: true })
          : context.workflows.resumeCampaign(id),
      ['running'],
    );
    return c.json(toCampaign(campaign), 202);
  });
}

function goOn({ started_at, start_at }: CampaignRow, now: Date): CampaignChange {
  const unpaused = { paused_at: null, pause_reason: null };
  if (started_at === null && start_at !== null && start_at > now) return { status: 'scheduled', ...unpaused };
  return { status: 'running', started_at: started_at ?? now, start_at: null, ...unpaused };
}

import { createRoute } from '@hono/zod-openapi';
import { findCampaign } from '#db/queries/campaigns.ts';
import { move, refused, startOf } from '#services/campaigns/transitions.ts';
import { invalid, notFound, reachable } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { Campaign, CampaignStart, toCampaign } from '../../schemas/campaign.ts';
import { idParam } from '../../schemas/common.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';

const LONGEST_AHEAD_MS = 366 * 86_400_000;

const route = createRoute({
  method: 'post',
  path: '/api/campaigns/{id}/start',
  operationId: 'startCampaign',
  tags: ['campaigns'],
  summary: 'Start a campaign, now or at a set time; a scheduled one may be given another time',
  ...access('operator'),
  request: { params: idParam, body: { content: { 'application/json': { schema: CampaignStart } } } },
  responses: { 202: json('The campaign', Campaign), ...bodyProblems, ...problems(404, 409, 502) },
});

export function startCampaign(app: Api, context: ApiContext): void {
  const { db, workflows, logger, now } = context;
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const at = checkTime(c.req.valid('json').at, await now());
    const found = await findCampaign(db, id);
    if (found === null) throw notFound('campaign');
    const problem = refused('start', found);
    if (problem !== null) throw problem;
    const chosen =
      found.phone_number_ids.length > 0 ? found.phone_number_ids : await numbersToCallFrom(context);
    // Asked before anything is written: with Temporal dead, nothing has happened and the caller may try again.
    // Should it die after this, the row says that the campaign is at work, and the sweep starts the workflow.
    await requireTemporal(context);
    const { before, campaign } = await move(context, c.get('actor'), id, {
      action: 'start',
      event: at === null ? 'campaign.started' : 'campaign.scheduled',
      change: ({ phone_number_ids: own }, now) => ({
        ...(at === null
          ? { status: 'running', started_at: now, start_at: null }
          : { status: 'scheduled', start_at: at }),
        phone_number_ids: own.length > 0 ? own : chosen,
      }),
    });
    const told = await workflows.startCampaign({
      ...startOf(campaign),
      replace: before.status === 'scheduled',
    });
    if (told.kind !== 'done') {
      logger.warn({ campaignId: id, answer: told.kind }, 'the campaign workflow was not started yet');
    }
    return c.json(toCampaign(campaign), 202);
  });
}

/** The set time, or null for now. @throws Problem 422 when it is too far away */
function checkTime(at: Date | undefined, now: Date): Date | null {
  if (at === undefined || at <= now) return null;
  if (at.getTime() - now.getTime() > LONGEST_AHEAD_MS) {
    throw invalid([{ path: 'at', message: 'is more than a year ahead' }]);
  }
  return at;
}

/** Every number of the provider that can dial out. */
async function numbersToCallFrom({ voice }: ApiContext): Promise<string[]> {
  const numbers = await reachable(() => voice.listPhoneNumbers());
  const ids = numbers
    .filter(({ supportsOutbound }) => supportsOutbound)
    .map(({ phoneNumberId }) => phoneNumberId);
  if (ids.length === 0) {
    throw new Problem('wrong-state', 'The provider has no number that can dial out: set phoneNumberIds.');
  }
  return ids;
}

async function requireTemporal({ workflows }: ApiContext): Promise<void> {
  try {
    await workflows.ping();
  } catch {
    throw new Problem('unavailable', 'Temporal does not answer, so the campaign was not started.', {
      headers: { 'retry-after': '5' },
    });
  }
}

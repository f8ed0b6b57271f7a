import { countInFlight, countLeads, countOutcomes, findCampaign, readHolds } from '#db/queries/campaigns.ts';
import type { Context } from '../context.ts';
import { notFound } from '../errors.ts';
import { readSpendOf } from './spend.ts';

/**
 * What a campaign is doing now: from its workflow, or from the database alone when that does not answer (`live` is
 * false then). Times are ISO.
 *
 * @throws ServiceError `not-found`
 */
export async function readProgress(
  context: Pick<Context, 'db' | 'workflows' | 'now' | 'timeouts'>,
  { campaignId }: { campaignId: string },
) {
  const { db, workflows, now } = context;
  const campaign = await findCampaign(db, campaignId);
  if (campaign === null) throw notFound('campaign');
  const mayRun = campaign.status !== 'draft' && campaign.finished_at === null;
  const at = await now();
  const [states, outcomes, holds, inUse, spend, reply] = await Promise.all([
    countLeads(db, campaignId),
    countOutcomes(db, campaignId),
    readHolds(db, campaignId, at),
    countInFlight(db, campaignId),
    readSpendOf(context, campaign),
    mayRun ? workflows.progress(campaignId) : null,
  ]);
  const leads = toLeadCounts(states);
  const open = leads.waiting + leads.backingOff;
  const live = reply?.kind === 'done' ? reply.value : null;
  const { status, lines, nextOpeningAt } = live ?? {
    status: campaign.status,
    lines: { limit: campaign.settings.lines, inUse },
    nextOpeningAt: nextOpening(holds, at),
  };
  return {
    status,
    lines,
    leads,
    outcomes,
    nextOpeningAt,
    spend,
    holds: [
      ...(campaign.status === 'paused' && open > 0
        ? [{ reason: 'campaign_running' as const, leads: open }]
        : []),
      ...holds.flatMap(({ reason, leads }) => (reason === null ? [] : [{ reason, leads }])),
    ],
    live: live !== null,
  };
}

/** `waiting` are those that wait for their first call, or for a line: `queued` ones are counted in both. */
function toLeadCounts(states: Awaited<ReturnType<typeof countLeads>>) {
  const of = (state: (typeof states)[number]['state']) =>
    states.find((counted) => counted.state === state)?.leads ?? 0;
  return {
    total: states.reduce((total, { leads }) => total + leads, 0),
    waiting: of('waiting') + of('queued'),
    queued: of('queued'),
    calling: of('calling'),
    backingOff: of('backing_off'),
    finished: of('finished'),
  };
}

/** When the first of those that wait for their first call can be called; null when one can be now, or none waits. */
function nextOpening(holds: Awaited<ReturnType<typeof readHolds>>, now: Date): string | null {
  const waiting = holds.flatMap(({ firstWaitingAt }) => firstWaitingAt?.getTime() ?? []);
  const firstMs = Math.min(...waiting);
  return waiting.length === 0 || firstMs <= now.getTime() ? null : new Date(firstMs).toISOString();
}

import { markStarted } from '#db/queries/leads.ts';
import type { Context } from '../context.ts';
import { feedCampaign } from './feed.ts';

/** When a run of an earlier version, which is about to be handed over, asks again. */
const ASK_AGAIN_MS = 5_000;

/** What runs of earlier versions of the campaign's workflow ask for, in the form that they know. */
export async function feedLeads(
  context: Context,
  { campaignId, startedLeadIds, limit }: { campaignId: string; startedLeadIds: string[]; limit: number },
) {
  await markStarted(context.db, startedLeadIds, await context.now());
  const feed = await feedCampaign(context, { campaignId, granted: [], limit });
  const leadIds = feed.leads.filter(({ attempt }) => attempt === null).map(({ leadId }) => leadId);
  const againAt = new Date((await context.now()).getTime() + ASK_AGAIN_MS).toISOString();
  return {
    leadIds,
    nextAt: feed.more || leadIds.length < feed.leads.length ? againAt : feed.nextAt,
    open: feed.hasOpenLeads ? 1 : 0,
    status: feed.status,
    lines: feed.lines,
    longestHoldMs: feed.longestHoldMs,
  };
}

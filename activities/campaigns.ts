import { auditLines, type FeedRequest, feedLeads, stopLeads } from '#services/campaigns/feed.ts';
import { beginCampaign, closeCampaign, completeCampaign } from '#services/campaigns/transitions.ts';
import type { Context } from '#services/context.ts';

interface OfCampaign {
  campaignId: string;
}

/** What a campaign's workflow asks for. */
export function createCampaignActivities(context: Context) {
  return {
    feedLeads: (request: FeedRequest) => feedLeads(context, request),
    auditLines: (lines: OfCampaign & { leadIds: string[] }) => auditLines(context, lines),
    beginCampaign: (of: OfCampaign) => beginCampaign(context, of),
    completeCampaign: (of: OfCampaign) => completeCampaign(context, of),
    stopLeads: (of: OfCampaign) => stopLeads(context, of),
    closeCampaign: (of: OfCampaign) => closeCampaign(context, of),
  };
}

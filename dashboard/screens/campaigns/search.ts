import { type CampaignStatus, campaignStatusValues } from '../../client/generated.ts';
import { oneOf, type RawSearch } from '../../format/search.ts';

export function campaignsSearch(raw: RawSearch): { status?: CampaignStatus } {
  const status = oneOf(raw.status, campaignStatusValues);
  return { ...(status && { status }) };
}

import type { Campaign } from '../../client/generated.ts';
import { oneOf, type RawSearch } from '../../format/search.ts';

const CAMPAIGN_STATUSES = ['draft', 'scheduled', 'running', 'paused', 'completed', 'stopped'] as const;

export function campaignsSearch(raw: RawSearch): { status?: Campaign['status'] } {
  const status = oneOf(raw.status, CAMPAIGN_STATUSES);
  return { ...(status && { status }) };
}

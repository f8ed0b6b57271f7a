import { sql } from 'kysely';
import type { Db } from '../client.ts';

/** What a list tells of a campaign beside its own fields. */
export interface CampaignSummary {
  leads: { total: number; finished: number };
  /** The first opening for leads that wait for their first call; it may have passed. Null: none waits. */
  nextOpeningAt: Date | null;
  calls: number;
  answered: number;
  conversions: number;
  costCents: number;
}

interface Row {
  campaign_id: string;
  total: number;
  finished: number;
  first_waiting: Date | null;
  calls: number;
  answered: number;
  conversions: number;
  cost_cents: number;
}

/**
 * Of each of these campaigns. Calls come from the sums that are kept, as many rows as days; leads are counted in
 * their index alone, without the rows themselves.
 */
export async function readSummaries(
  db: Db,
  campaignIds: readonly string[],
): Promise<Map<string, CampaignSummary>> {
  if (campaignIds.length === 0) return new Map();
  const { rows } = await sql<Row>`
    select wanted.id as campaign_id, leads.total, leads.finished, opening.first_waiting,
      sums.calls, sums.answered, sums.conversions, sums.cost_cents
    from unnest(${[...campaignIds]}::uuid[]) as wanted (id),
      lateral (
        select count(*) as total, count(*) filter (where state = 'finished') as finished
        from leads where campaign_id = wanted.id
      ) as leads,
      lateral (
        select min(not_before) as first_waiting
        from leads where campaign_id = wanted.id and state = 'waiting'
      ) as opening,
      lateral (
        select coalesce(sum(calls), 0) as calls, coalesce(sum(answered), 0) as answered,
          coalesce(sum(conversions), 0) as conversions, coalesce(sum(cost_cents), 0) as cost_cents
        from call_totals where campaign_id = wanted.id
      ) as sums`.execute(db);
  return new Map(
    rows.map((row) => [
      row.campaign_id,
      {
        leads: { total: row.total, finished: row.finished },
        nextOpeningAt: row.first_waiting,
        calls: row.calls,
        answered: row.answered,
        conversions: row.conversions,
        costCents: row.cost_cents,
      },
    ]),
  );
}

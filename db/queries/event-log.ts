import type { Selectable } from 'kysely';
import type { Db } from '../client.ts';
import type { EventsTable } from '../schema/events.ts';

export type LoggedEvent = Selectable<EventsTable>;

/** What of the log is wanted; everything when left out. */
export interface EventFilter {
  campaignId?: string | undefined;
  leadId?: string | undefined;
}

/**
 * Events with numbers above `after` and up to `upTo`, in order. Since numbers are given in the order of the
 * commits, none can turn up later below one that was read.
 */
export async function readEvents(
  db: Db,
  { after, upTo, limit, campaignId, leadId }: EventFilter & { after: number; upTo?: number; limit: number },
): Promise<LoggedEvent[]> {
  let query = db.selectFrom('events').selectAll().where('id', '>', after);
  if (upTo !== undefined) query = query.where('id', '<=', upTo);
  if (leadId !== undefined) query = query.where('lead_id', '=', leadId);
  if (campaignId !== undefined) query = query.where('campaign_id', '=', campaignId);
  return await query.orderBy('id').limit(limit).execute();
}

/** The number of the newest event; 0 while there is none. */
export async function newestEventId(db: Db): Promise<number> {
  const newest = await db.selectFrom('events').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return newest?.id ?? 0;
}

import { sql } from 'kysely';
import type { Db } from '../client.ts';
import type { CallRow } from './calls.ts';

export type OpenCall = Pick<CallRow, 'id' | 'lead_id' | 'campaign_id' | 'attempt' | 'deadline_at'>;

/** Calls under way whose deadline lies before an instant, the longest overdue first. */
export async function overdueCalls(
  db: Db,
  { before, after, limit }: { before: Date; after: OpenCall | null; limit: number },
): Promise<OpenCall[]> {
  return await pageOf(db, after, limit)
    .where('status', '!=', 'ended')
    .where('deadline_at', '<', before)
    .execute();
}

/** Dials that ended before an instant, and of which nobody has decided what comes next. */
export async function unconcludedCalls(
  db: Db,
  { endedBefore, after, limit }: { endedBefore: Date; after: OpenCall | null; limit: number },
): Promise<OpenCall[]> {
  return await pageOf(db, after, limit)
    .where('concluded_at', 'is', null)
    .where('attempt', 'is not', null)
    .where('status', '=', 'ended')
    .where('ended_at', '<', endedBefore)
    .execute();
}

/** In the order of the deadlines. */
function pageOf(db: Db, after: OpenCall | null, limit: number) {
  const query = db
    .selectFrom('calls')
    .select(['id', 'lead_id', 'campaign_id', 'attempt', 'deadline_at'])
    .orderBy('deadline_at')
    .orderBy('id')
    .limit(limit);
  return after === null
    ? query
    : query.where(sql<boolean>`(deadline_at, id) > (${after.deadline_at}::timestamptz, ${after.id}::text)`);
}

import type { Selectable } from 'kysely';
import type { Db } from '../client.ts';
import type { CallTotalsTable } from '../schema/calls.ts';

export type DayTotals = Selectable<CallTotalsTable>;

/** A campaign's sums of every day with calls, oldest first: as many rows as days. */
export async function readDayTotals(db: Db, campaignId: string): Promise<DayTotals[]> {
  return await db
    .selectFrom('call_totals')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .orderBy('day')
    .execute();
}

/** The zone in which days are counted. */
export async function readWorkspaceTimeZone(db: Db): Promise<string> {
  const { time_zone } = await db.selectFrom('workspace').select('time_zone').executeTakeFirstOrThrow();
  return time_zone;
}

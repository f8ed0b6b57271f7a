import { type Selectable, sql } from 'kysely';
import type { Db } from '../client.ts';
import type { CallBreakdownsTable, CallTotalsTable } from '../schema/calls.ts';

export type DayTotals = Omit<Selectable<CallTotalsTable>, 'campaign_id'>;
export type Breakdown = Omit<Selectable<CallBreakdownsTable>, 'campaign_id' | 'day'>;

/** Days as YYYY-MM-DD, both included. */
export interface DayRange {
  from?: string | undefined;
  to?: string | undefined;
}

const SUMS = [
  'calls',
  'answered',
  'voicemail',
  'no_answer',
  'busy',
  'failed',
  'not_placed',
  'unknown',
  'success',
  'failure',
  'verdict_unknown',
  'conversions',
  'talks',
  'talk_seconds',
  'cost_cents',
] as const satisfies (keyof DayTotals)[];
const SHARES = ['calls', 'answered', 'conversions', 'talks', 'talk_seconds', 'cost_cents'] as const;

/** Sums of every day with calls, oldest first: of one campaign, or of all with null. As many rows as days. */
export async function readDayTotals(db: Db, campaignId: string | null): Promise<DayTotals[]> {
  let query = db
    .selectFrom('call_totals')
    .select('day')
    .select(SUMS.map((sum) => sql<number>`sum(${sql.ref(sum)})`.as(sum)));
  if (campaignId !== null) query = query.where('campaign_id', '=', campaignId);
  return (await query.groupBy('day').orderBy('day').execute()) as DayTotals[];
}

/** Sums by each property of the calls, the most frequent value first: of one campaign, or of all with null. */
export async function readBreakdowns(
  db: Db,
  campaignId: string | null,
  { from, to }: DayRange,
): Promise<Breakdown[]> {
  let query = db
    .selectFrom('call_breakdowns')
    .select(['dimension', 'value'])
    .select(SHARES.map((sum) => sql<number>`sum(${sql.ref(sum)})`.as(sum)));
  if (campaignId !== null) query = query.where('campaign_id', '=', campaignId);
  if (from !== undefined) query = query.where('day', '>=', from);
  if (to !== undefined) query = query.where('day', '<=', to);
  const rows = await query
    .groupBy(['dimension', 'value'])
    .having(sql<boolean>`sum(calls) > 0`)
    .orderBy('dimension')
    .orderBy(sql`sum(calls)`, 'desc')
    .orderBy('value')
    .execute();
  return rows as Breakdown[];
}

/** The zone in which days are counted. */
export async function readWorkspaceTimeZone(db: Db): Promise<string> {
  const { time_zone } = await db.selectFrom('workspace').select('time_zone').executeTakeFirstOrThrow();
  return time_zone;
}

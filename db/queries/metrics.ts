import { type Selectable, sql } from 'kysely';
import { PROVIDER_VERDICTS, type ProviderVerdict, REACHES } from '#domain/call.ts';
import type { NumberCalls } from '#domain/number-health.ts';
import type { Db } from '../client.ts';
import type { CallBreakdownsTable, CallTotalsTable } from '../schema/calls.ts';

export type DayTotals = Omit<Selectable<CallTotalsTable>, 'campaign_id'>;
export type Breakdown = Omit<Selectable<CallBreakdownsTable>, 'campaign_id' | 'day'>;

/** Days as YYYY-MM-DD, both included. */
export interface DayRange {
  from?: string | undefined;
  to?: string | undefined;
}

/** The column of `call_totals` for each verdict; `unknown` alone is a reach. */
export const VERDICT_TOTALS = {
  success: 'success',
  failure: 'failure',
  unknown: 'verdict_unknown',
} as const satisfies Record<ProviderVerdict, keyof DayTotals>;

/** The columns of `call_totals` that are added up. */
export const TOTALS = [
  'calls',
  ...REACHES,
  ...PROVIDER_VERDICTS.map((verdict) => VERDICT_TOTALS[verdict]),
  'conversions',
  'talks',
  'talk_seconds',
  'cost_cents',
] as const satisfies readonly (keyof DayTotals)[];
/** The columns of `call_breakdowns` that are added up. */
export const SHARES = [
  'calls',
  'finished',
  'answered',
  'failed',
  'conversions',
  'talks',
  'talk_seconds',
  'cost_cents',
] as const;

/** Sums of every day with calls, oldest first: of one campaign, or of all with null. As many rows as days. */
export async function readDayTotals(db: Db, campaignId: string | null): Promise<DayTotals[]> {
  let query = db
    .selectFrom('call_totals')
    .select('day')
    .select(TOTALS.map((sum) => sql<number>`sum(${sql.ref(sum)})`.as(sum)));
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

export interface OneOffSums {
  calls: number;
  answered: number;
  conversions: number;
  talks: number;
  talkSeconds: number;
  costCents: number;
}

/** Sums of one-off calls. They have no stored totals: they are few, and counted from their rows. */
export async function readOneOffSums(db: Db, { from, to }: DayRange): Promise<OneOffSums> {
  let query = db
    .selectFrom('calls')
    .where('campaign_id', 'is', null)
    .where('attempt', 'is not', null)
    .select((eb) => [
      eb.fn.countAll<number>().as('calls'),
      sql<number>`count(*) filter (where reach = 'answered')`.as('answered'),
      sql<number>`count(*) filter (where converted)`.as('conversions'),
      eb.fn.count<number>('talk_seconds').as('talks'),
      sql<number>`coalesce(sum(talk_seconds), 0)`.as('talkSeconds'),
      sql<number>`coalesce(sum(cost_cents), 0)`.as('costCents'),
    ]);
  if (from !== undefined) query = query.where('day', '>=', from);
  if (to !== undefined) query = query.where('day', '<=', to);
  return await query.executeTakeFirstOrThrow();
}

const NUMBER_COUNTS = ['calls', 'finished', 'answered', 'failed'] as const;

export interface NumberDays {
  phoneNumberId: string;
  today: NumberCalls;
  /** From the first day on, without today. */
  before: NumberCalls;
}

/**
 * What campaigns' calls came to by the number that they were dialled from, of those that have dialled since the first
 * day. Days are YYYY-MM-DD in the workspace's zone.
 */
export async function readNumberDays(
  db: Db,
  { first, today }: { first: string; today: string },
): Promise<NumberDays[]> {
  const sumsOf = (days: ReturnType<typeof sql<boolean>>) => {
    const pairs = NUMBER_COUNTS.map(
      (count) => sql`${sql.lit(count)}, coalesce(sum(${sql.ref(count)}) filter (where ${days}), 0)`,
    );
    return sql<NumberCalls>`json_build_object(${sql.join(pairs)})`;
  };
  return await db
    .selectFrom('call_breakdowns')
    .select([
      'value as phoneNumberId',
      sumsOf(sql`day = ${today}::date`).as('today'),
      sumsOf(sql`day < ${today}::date`).as('before'),
    ])
    // A literal, so that the partial index of numbers is used.
    .where('dimension', '=', sql.lit('number'))
    .where('day', '>=', first)
    .where('day', '<=', today)
    .groupBy('value')
    .having(sql<boolean>`sum(calls) > 0`)
    .execute();
}

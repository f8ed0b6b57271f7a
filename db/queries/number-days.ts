import { sql } from 'kysely';
import type { NumberCalls } from '#domain/number-health.ts';
import type { Db } from '../client.ts';

const COUNTS = ['calls', 'finished', 'answered', 'failed'] as const;

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
    const pairs = COUNTS.map(
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
    // Written out, so that the index of numbers alone serves it.
    .where('dimension', '=', sql.lit('number'))
    .where('day', '>=', first)
    .where('day', '<=', today)
    .groupBy('value')
    .having(sql<boolean>`sum(calls) > 0`)
    .execute();
}

import { sql } from 'kysely';
import type { Db, Tx } from '../client.ts';

/** A row of sums that is not what counting all calls gives. A side is null when it has no such row. */
export interface TotalsDifference {
  table: 'call_totals' | 'call_breakdowns';
  key: Record<string, string>;
  kept: Record<string, number> | null;
  counted: Record<string, number> | null;
}

const REACHES = ['answered', 'voicemail', 'no_answer', 'busy', 'failed', 'not_placed', 'unknown'];
const VERDICTS = [
  ['success', 'success'],
  ['failure', 'failure'],
  ['unknown', 'verdict_unknown'],
];

/** Every sum counted anew from the calls themselves, in the order of the tables' columns. */
const COUNTED = {
  call_totals: `
    select campaign_id, day, count(*) as calls,
      ${REACHES.map((reach) => `count(*) filter (where reach = '${reach}') as ${reach}`).join(', ')},
      ${VERDICTS.map(([verdict, name]) => `count(*) filter (where verdict = '${verdict}') as ${name}`).join(', ')},
      count(*) filter (where converted) as conversions, count(talk_seconds) as talks,
      coalesce(sum(talk_seconds), 0) as talk_seconds, coalesce(sum(cost_cents), 0) as cost_cents
    from calls where campaign_id is not null and attempt is not null group by campaign_id, day`,
  call_breakdowns: `
    select campaign_id, day, dimension, value, count(*) as calls,
      count(*) filter (where reach = 'answered') as answered, count(*) filter (where converted) as conversions,
      count(talk_seconds) as talks, coalesce(sum(talk_seconds), 0) as talk_seconds,
      coalesce(sum(cost_cents), 0) as cost_cents, count(*) filter (where reach = 'failed') as failed,
      count(*) filter (where reach <> 'not_placed') as finished
    from calls, lateral (values
      ('agent', case when attempt is not null then agent_id end),
      ('attempt', attempt::text),
      ('direction', case when kind = 'phone' then direction end),
      ('disposition', case when attempt is not null then disposition end),
      ('number', case when attempt is not null then phone_number_id end)
    ) as property (dimension, value)
    where campaign_id is not null and value is not null
    group by campaign_id, day, dimension, value`,
};

const KEYS = {
  call_totals: ['campaign_id', 'day'],
  call_breakdowns: ['campaign_id', 'day', 'dimension', 'value'],
};

const TABLES = ['call_totals', 'call_breakdowns'] as const;

/** Where the sums that are kept differ from a full count, both read in one snapshot. Reads every call. */
export async function compareTotals(db: Db): Promise<TotalsDifference[]> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      await sql`set local statement_timeout = 0`.execute(tx);
      return await differences(tx);
    });
}

/**
 * Counts all sums anew and puts them in place of those that were kept. Calls wait meanwhile. Gives what was
 * different.
 */
export async function rebuildTotals(db: Db): Promise<TotalsDifference[]> {
  return await db.transaction().execute(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx);
    await sql`lock table calls in share row exclusive mode`.execute(tx);
    const found = await differences(tx);
    for (const table of TABLES) {
      await sql`delete from ${sql.table(table)}`.execute(tx);
      await sql`insert into ${sql.table(table)} ${sql.raw(COUNTED[table])}`.execute(tx);
    }
    return found;
  });
}

const keyList = (keys: readonly string[]) => sql.raw(`array[${keys.map((key) => `'${key}'`).join(', ')}]`);

async function differences(tx: Tx): Promise<TotalsDifference[]> {
  const found: TotalsDifference[] = [];
  for (const table of TABLES) {
    const keys = KEYS[table];
    // What has left a row leaves zeros there, which is the same as no row.
    const { rows } = await sql<Omit<TotalsDifference, 'table'>>`
      with kept as (
        select ${sql.raw(keys.join(', '))}, to_jsonb(t) - ${keyList(keys)} as sums
        from ${sql.table(table)} as t
        where exists (
          select from jsonb_each(to_jsonb(t) - ${keyList(keys)}) as sum where sum.value <> '0'::jsonb)
      ), counted as (
        select ${sql.raw(keys.join(', '))}, to_jsonb(t) - ${keyList(keys)} as sums
        from (${sql.raw(COUNTED[table])}) as t
      )
      select jsonb_build_object(${sql.raw(keys.map((key) => `'${key}', ${key}`).join(', '))}) as key,
        kept.sums as kept, counted.sums as counted
      from kept full join counted using (${sql.raw(keys.join(', '))})
      where kept.sums is distinct from counted.sums
      order by ${sql.raw(keys.join(', '))}`.execute(tx);
    // As arguments of one call, many would not fit onto the stack.
    for (const row of rows) found.push({ table, ...row });
  }
  return found;
}

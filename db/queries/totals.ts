import { sql } from 'kysely';
import { PROVIDER_VERDICTS, type ProviderVerdict, REACHES } from '#domain/call.ts';
import { byWord } from '#domain/words.ts';
import type { Db, Tx } from '../client.ts';
import type { BreakdownDimension } from '../schema/calls.ts';
import { SHARES, TOTALS, VERDICT_TOTALS } from './metrics.ts';

/** A row of totals that differs from a count of all calls. A side is null when it has no such row. */
export interface TotalsDifference {
  table: 'call_totals' | 'call_breakdowns';
  key: Record<string, string>;
  kept: Record<string, number> | null;
  counted: Record<string, number> | null;
}

const TABLES = ['call_totals', 'call_breakdowns'] as const;

const KEYS = {
  call_totals: ['campaign_id', 'day'],
  call_breakdowns: ['campaign_id', 'day', 'dimension', 'value'],
};

const countOf = (column: string, value: string) => `count(*) filter (where ${column} = '${value}')`;

/** How each sum is counted from calls. */
const SUMS: Record<(typeof TOTALS)[number] | (typeof SHARES)[number], string> = {
  ...byWord(REACHES, (reach) => countOf('reach', reach)),
  ...(Object.fromEntries(
    PROVIDER_VERDICTS.map((verdict) => [VERDICT_TOTALS[verdict], countOf('verdict', verdict)]),
  ) as Record<(typeof VERDICT_TOTALS)[ProviderVerdict], string>),
  calls: 'count(*)',
  finished: `count(*) filter (where reach <> 'not_placed')`,
  conversions: 'count(*) filter (where converted)',
  talks: 'count(talk_seconds)',
  talk_seconds: 'coalesce(sum(talk_seconds), 0)',
  cost_cents: 'coalesce(sum(cost_cents), 0)',
};

/** The property of a call that each breakdown is by; null leaves the call out of it. */
const PROPERTIES: Record<BreakdownDimension, string> = {
  agent: 'case when attempt is not null then agent_id end',
  attempt: 'attempt::text',
  direction: `case when kind = 'phone' then direction end`,
  disposition: 'case when attempt is not null then disposition end',
  number: 'case when attempt is not null then phone_number_id end',
};

const COLUMNS = {
  call_totals: [...KEYS.call_totals, ...TOTALS],
  call_breakdowns: [...KEYS.call_breakdowns, ...SHARES],
};

const select = (keys: readonly string[], sums: readonly (keyof typeof SUMS)[]) =>
  `select ${[...keys, ...sums.map((sum) => `${SUMS[sum]} as ${sum}`)].join(', ')}`;

/** Every total counted again from the calls themselves, with the columns that `COLUMNS` names. */
const COUNTED = {
  call_totals: `
    ${select(KEYS.call_totals, TOTALS)}
    from calls where campaign_id is not null and attempt is not null
    group by ${KEYS.call_totals.join(', ')}`,
  call_breakdowns: `
    ${select(KEYS.call_breakdowns, SHARES)}
    from calls, lateral (values
      ${Object.entries(PROPERTIES)
        .map(([dimension, property]) => `('${dimension}', ${property})`)
        .join(',\n      ')}
    ) as property (dimension, value)
    where campaign_id is not null and value is not null
    group by ${KEYS.call_breakdowns.join(', ')}`,
};

/** Where the stored totals differ from a full count, both read in one snapshot. Reads every call. */
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
 * Replaces the stored totals by a full count. Changes of calls wait meanwhile. Returns what was different.
 */
export async function rebuildTotals(db: Db): Promise<TotalsDifference[]> {
  return await db.transaction().execute(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx);
    await sql`lock table calls in share row exclusive mode`.execute(tx);
    const found = await differences(tx);
    for (const table of TABLES) {
      await sql`delete from ${sql.table(table)}`.execute(tx);
      const columns = sql.raw(COLUMNS[table].join(', '));
      await sql`insert into ${sql.table(table)} (${columns}) ${sql.raw(COUNTED[table])}`.execute(tx);
    }
    return found;
  });
}

const keyList = (keys: readonly string[]) => sql.raw(`array[${keys.map((key) => `'${key}'`).join(', ')}]`);

async function differences(tx: Tx): Promise<TotalsDifference[]> {
  const found: TotalsDifference[] = [];
  for (const table of TABLES) {
    const keys = KEYS[table];
    // A row whose calls have all moved elsewhere holds zeros, which is the same as no row.
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
    // Not `push(...rows)`: many arguments would not fit onto the stack.
    for (const row of rows) found.push({ table, ...row });
  }
  return found;
}

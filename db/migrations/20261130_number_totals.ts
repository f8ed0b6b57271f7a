import { type Kysely, sql } from 'kysely';

/** Sums by the number that calls came from, and all sums kept once a statement instead of once a row. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Counting every call may take longer than a request is given.
  for (const statement of ['set local statement_timeout = 0', breakdowns, triggers, recount]) {
    await sql.raw(statement).execute(db);
  }
}

const breakdowns = `
alter table call_breakdowns
  add column failed bigint not null default 0,
  add column finished bigint not null default 0,
  drop constraint call_breakdowns_dimension_check,
  add constraint call_breakdowns_dimension_check
    check (dimension in ('agent', 'attempt', 'direction', 'disposition', 'number'));
-- Neither column is ever changed, so that a sum is still written without touching an index.
create index call_breakdowns_by_number on call_breakdowns (day, value) where dimension = 'number';`;

/** All that a call's shares depend on. */
const PROPERTIES = [
  'campaign_id',
  'day',
  'attempt',
  'kind',
  'direction',
  'agent_id',
  'phone_number_id',
  'disposition',
  'reach',
  'verdict',
  'converted',
  'talk_seconds',
  'cost_cents',
].join(', ');

/** What `n` calls of the same properties add to each sum. */
const SHARES: Record<string, string> = {
  calls: 'n',
  ...Object.fromEntries(
    ['answered', 'voicemail', 'no_answer', 'busy', 'failed', 'not_placed', 'unknown'].map((reach) => [
      reach,
      `n * (reach is not distinct from '${reach}')::int`,
    ]),
  ),
  finished: "n * (reach <> 'not_placed' and reach is not null)::int",
  success: "n * (verdict is not distinct from 'success')::int",
  failure: "n * (verdict is not distinct from 'failure')::int",
  verdict_unknown: "n * (verdict is not distinct from 'unknown')::int",
  conversions: 'n * converted::int',
  talks: 'n * (talk_seconds is not null)::int',
  talk_seconds: 'n * coalesce(talk_seconds, 0)',
  cost_cents: 'n * coalesce(cost_cents, 0)',
};
const TOTALS = Object.keys(SHARES).filter((name) => name !== 'finished');
const APART = [
  'calls',
  'finished',
  'answered',
  'failed',
  'conversions',
  'talks',
  'talk_seconds',
  'cost_cents',
];

const zeros = (names: readonly string[]) => names.map(() => '0').join(', ');
const add = (names: readonly string[]) =>
  names.map((name) => `${name} = kept.${name} + excluded.${name}`).join(', ');

/** The sums of `changed` by property. All but direction are of dials. */
const summedApart = `
  select campaign_id, day, dimension, value, ${APART.map((name) => `sum(${SHARES[name]}) as ${name}`).join(', ')}
  from changed, lateral (values
    ('agent', case when attempt is not null then agent_id end),
    ('attempt', attempt::text),
    ('direction', case when kind = 'phone' then direction end),
    ('disposition', case when attempt is not null then disposition end),
    ('number', case when attempt is not null then phone_number_id end)
  ) as property (dimension, value)
  where campaign_id is not null and value is not null
  group by campaign_id, day, dimension, value`;

/**
 * So that no two transactions wait for each other's sums: who changes any sum of a campaign's dials of a day holds
 * that day's row of totals first, also where that row stays as it is (a conflict locks what it does not update), so
 * that rows apart are never met by two at once. A statement takes all its days before any row apart, both in the
 * order of their keys, whatever the order of its calls. A call that is no dial has a single row apart, and no totals.
 */
const keep = (changed: string) => `
  with changed as materialized (${changed}),
  turns as (
    insert into call_totals as kept (campaign_id, day, ${TOTALS.join(', ')})
    select campaign_id, day, ${TOTALS.map((name) => `sum(${SHARES[name]})`).join(', ')}
    from changed where campaign_id is not null and attempt is not null
    group by campaign_id, day
    order by campaign_id, day
    on conflict (campaign_id, day) do update set ${add(TOTALS)}
      where (${TOTALS.map((name) => `excluded.${name}`).join(', ')}) <> (${zeros(TOTALS)})
    returning 1
  )
  insert into call_breakdowns as kept (campaign_id, day, dimension, value, ${APART.join(', ')})
  select * from (${summedApart}) as share
  -- Its being read is what has the totals' rows taken first.
  where (select count(*) from turns) >= 0 and (${APART.join(', ')}) <> (${zeros(APART)})
  order by campaign_id, day, dimension, value
  on conflict (campaign_id, day, dimension, value) do update set ${add(APART)};`;

const triggers = `
drop trigger calls_keep_totals on calls;
drop trigger calls_keep_totals_apart on calls;
drop function keep_call_totals();
drop function keep_call_breakdowns();
drop function call_shares(calls, int);

create function keep_totals_of_inserted() returns trigger language plpgsql as $$
begin
  ${keep(`select ${PROPERTIES}, 1 as n from inserted`)}
  return null;
end $$;

create function keep_totals_of_updated() returns trigger language plpgsql as $$
begin
  -- Most updates of a single call move no sum: to see that is cheaper than to sum up.
  if not exists (select ${PROPERTIES} from old_calls except all select ${PROPERTIES} from new_calls) then
    return null;
  end if;
  -- A call that keeps its properties takes as much as it adds, and is left out before anything is summed.
  ${keep(`
    select ${PROPERTIES}, sum(sign)::int as n
    from (select ${PROPERTIES}, -1 as sign from old_calls union all select ${PROPERTIES}, 1 from new_calls) as both_states
    group by ${PROPERTIES} having sum(sign) <> 0`)}
  return null;
end $$;

create trigger calls_keep_totals_inserted after insert on calls
  referencing new table as inserted
  for each statement execute function keep_totals_of_inserted();
create trigger calls_keep_totals_updated after update on calls
  referencing old table as old_calls new table as new_calls
  for each statement execute function keep_totals_of_updated();`;

const recount = `
delete from call_breakdowns;
with changed as (select ${PROPERTIES}, 1 as n from calls)
insert into call_breakdowns (campaign_id, day, dimension, value, ${APART.join(', ')})
${summedApart};`;

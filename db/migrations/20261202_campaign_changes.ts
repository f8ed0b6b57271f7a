import { type Kysely, sql } from 'kysely';

/**
 * Which change of a campaign its workflow has seen, and in which order leads that are due again get a line: those that
 * were promised a call first.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table campaign_changes (
    campaign_id uuid primary key references campaigns on delete cascade,
    generation bigint not null default 0,
    seen_generation bigint not null default 0,
    changed_at timestamptz not null default now()
  )`,
  // Every campaign at work is looked at once, whatever its workflow has missed so far.
  `insert into campaign_changes (campaign_id, generation) select id, 1 from campaigns`,
  'create index campaign_changes_unseen on campaign_changes (changed_at) where generation > seen_generation',
  'alter table leads add column promised boolean not null default false',
  `update leads set promised = true where state = 'backing_off' and hold_rule = 'callback'`,
  `create index leads_promised on leads (campaign_id, not_before, id) where state = 'backing_off' and promised`,
  `create index leads_again on leads (campaign_id, not_before, id) where state = 'backing_off' and not promised`,
];

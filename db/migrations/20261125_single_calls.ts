import { type Kysely, sql } from 'kysely';

/** Calls outside of campaigns: what each was asked for with, and the workspace's rules for them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statements).execute(db);
}

const statements = `
alter table workspace add column single_call_settings jsonb;

create table single_calls (
  call_id text primary key references calls on delete cascade,
  settings jsonb not null,
  variables jsonb not null,
  overrides jsonb not null,
  consent text,
  actor text not null,
  dial_begun_at timestamptz
);
create index calls_single on calls (day) where campaign_id is null and attempt is not null;`;

import { type Kysely, sql } from 'kysely';

/** People at the dashboard: a session stands on an API key, and ends with it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
create table browser_sessions (
  token_hash text primary key,
  key_id uuid not null references api_keys on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index browser_sessions_by_expiry on browser_sessions (expires_at);`)
    .execute(db);
}

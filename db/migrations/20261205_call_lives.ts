import { type Kysely, sql } from 'kysely';

/** Calls that are to be hung up, and calls that outlast their limit. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table calls
    add column hang_up_requested_at timestamptz,
    add column hang_up_reason text,
    add column hang_up_tries int not null default 0,
    add column hang_up_next_at timestamptz,
    add column overdue_since timestamptz,
    add column last_seen_at timestamptz`,
  `create index calls_to_hang_up on calls (hang_up_next_at)
    where hang_up_next_at is not null and status <> 'ended'`,
  // Not only calls that are not concluded: an adopted call is concluded from the start.
  `create index calls_under_way on calls (deadline_at) where status <> 'ended'`,
];

import { type Kysely, sql } from 'kysely';

/** For what the sweep could not mend, part by part: since when, and how often in a row. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`create table sweep_parts (
      part text primary key,
      failing_since timestamptz not null,
      failures int not null default 1,
      reason text not null
    )`)
    .execute(db);
}

import { type Kysely, sql } from 'kysely';

/** How often in a row a lead found no line free at the gate: it comes again later every time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table leads add column line_waits int not null default 0').execute(db);
}

import { type Kysely, sql } from 'kysely';

/** Who settled an item of the attention list, and why a call past its deadline is held. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table attention add column settled_by text').execute(db);
  await sql.raw('alter table calls add column held_because text').execute(db);
}

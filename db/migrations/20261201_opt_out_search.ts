import { type Kysely, sql } from 'kysely';

/** For finding opt-outs by a part of the number, and listing calls outside of campaigns. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'create index opt_outs_sought on opt_outs using gin (phone gin_trgm_ops)',
  `create index calls_single_latest on calls (started_at desc, id desc)
    where campaign_id is null and attempt is not null`,
];

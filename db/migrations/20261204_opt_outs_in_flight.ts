import { type Kysely, sql } from 'kysely';

/** An attempt may pass the gate again; an opt-out names the calls that it found in flight, and whether it ends them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'drop index decisions_one_go',
  `create index decisions_go on decisions (attempt_id, id) where verdict = 'go'`,
  `alter table opt_outs add column in_flight text[] not null default '{}'`,
  'alter table workspace add column hang_up_on_opt_out boolean not null default true',
];

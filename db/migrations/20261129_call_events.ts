import { type Kysely, sql } from 'kysely';

/** For one call's line of time: what happened to it, and the webhooks that were heard of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'create index events_by_call on events (call_id, id) where call_id is not null',
  'create index webhook_events_by_call on webhook_events (call_id, id) where call_id is not null',
];

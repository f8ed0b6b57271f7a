import { type Kysely, sql } from 'kysely';

/** What a call may cost is reserved before it is known, and a lead may be promised a call beyond its attempts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of ['set local statement_timeout = 0', reservations, promises]) {
    await sql.raw(statement).execute(db);
  }
}

const reservations = `
alter table calls add column reserved_cents numeric(12, 4);
-- Dials that are not charged yet and may be: few, unless a provider names no charges.
create index calls_not_charged on calls (campaign_id) include (status, ended_at, reserved_cents)
  where attempt is not null and cost_cents is null and (reach is null or reach in ('answered', 'voicemail', 'unknown'));`;

const promises = `
alter table leads
  add column attempts_allowed int check (attempts_allowed > 0),
  add column call_requested_at timestamptz;`;

import { type Kysely, sql } from 'kysely';

/**
 * For work on all leads of a campaign, which goes in pages: how far the leads have been judged by new settings, and
 * which finished ones have a workflow that does not know it yet. And a campaign's set end.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'alter table campaigns add column judged_version int not null default 0',
  'update campaigns set judged_version = settings_version',
  `alter table campaigns add column end_at timestamptz, add column ended_at timestamptz`,
  'create index campaigns_ending on campaigns (end_at) where end_at is not null and ended_at is null',
  'alter table leads add column judged_version int not null default 0',
  'alter table leads add column closing boolean not null default false',
  'create index leads_closing on leads (campaign_id, id) where closing',
];

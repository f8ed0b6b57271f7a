import { type Kysely, sql } from 'kysely';

/** For counting and listing what became of a campaign's finished leads. Written once a lead: when it finishes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw('create index leads_by_outcome on leads (campaign_id, outcome, id) where outcome is not null')
    .execute(db);
}

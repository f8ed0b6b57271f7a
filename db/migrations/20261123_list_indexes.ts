import { type Kysely, sql } from 'kysely';

/** For what the lists filter by and search for: indexes, so that none reads a whole table. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Trigrams find a part of a name or number. A trusted extension: who may create in the database may have it.
  await sql.raw('create extension if not exists pg_trgm').execute(db);
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'create index leads_sought on leads using gin (name gin_trgm_ops, email gin_trgm_ops, phone gin_trgm_ops)',
  // A dial has its lead's number; only the others are searched by their own.
  `create index calls_sought on calls using gin (phone gin_trgm_ops)
    where attempt is null or lead_id is null`,
  // Calls by what came of them, of the workspace and of a campaign: partial, because a call under way has none yet.
  'create index calls_by_reach on calls (reach, started_at desc, id desc) where reach is not null',
  `create index calls_of_campaign_by_reach on calls (campaign_id, reach, started_at desc, id desc)
    where reach is not null`,
  `create index calls_by_disposition on calls (disposition, started_at desc, id desc)
    where disposition is not null`,
  `create index calls_of_campaign_by_disposition on calls (campaign_id, disposition, started_at desc, id desc)
    where disposition is not null`,
  // Of the two directions and kinds, the ones that are rare.
  `create index calls_inbound on calls (started_at desc, id desc) where direction = 'inbound'`,
  `create index calls_of_campaign_inbound on calls (campaign_id, started_at desc, id desc)
    where direction = 'inbound'`,
  `create index calls_in_browser on calls (started_at desc, id desc) where kind = 'browser'`,
  // A call without a lead has no attempt either: seen apart, the two look far rarer together than they are.
  'create statistics calls_without_lead (mcv) on lead_id, attempt from calls',
  // Partial, because leads that are imported have not been reached yet.
  `create index leads_by_reach on leads (campaign_id, last_reach, id) where last_reach is not null`,
  'create index messages_by_status on messages (status, created_at desc, id desc)',
  `create index messages_received on messages (created_at desc, id desc) where direction = 'inbound'`,
  `create index deliveries_by_status on deliveries (endpoint_id, status, created_at desc, id desc)
    where status <> 'delivered'`,
  'create index attention_listed on attention (id) where settled_at is null',
];

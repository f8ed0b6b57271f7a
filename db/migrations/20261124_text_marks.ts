import { type Kysely, sql } from 'kysely';

/** What a sweep needs to know of texts and replies: who is still to be told, and which text nobody reported of. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'alter table leads add column reply_told_at timestamptz',
  'update leads set reply_told_at = replied_at where replied_at is not null',
  `create index leads_reply_untold on leads (replied_at)
    where replied_at is not null and (reply_told_at is null or reply_told_at < replied_at)`,
  `create index messages_unreported on messages (updated_at)
    where status = 'sent' and channel = 'sms' and provider_id is not null`,
];

import type { ColumnType, Generated } from 'kysely';
import type { ProviderName } from '#domain/conversation.ts';
import type { EventType } from '#domain/events.ts';

/** Append-only: every change that a person may see. Numbers rise in the order of the commits. */
export interface EventsTable {
  id: Generated<number>;
  at: Generated<Date>;
  campaign_id: string | null;
  lead_id: string | null;
  call_id: string | null;
  message_id: string | null;
  follow_up_id: string | null;
  delivery_id: string | null;
  type: EventType;
  data: ColumnType<Record<string, unknown>, string, never>;
}

/** Webhooks as received, verified; the body is kept. */
export interface WebhookEventsTable {
  id: Generated<number>;
  provider: ProviderName;
  dedup_key: string;
  type: string;
  conversation_id: string | null;
  call_id: string | null;
  payload: ColumnType<Record<string, unknown>, string, string>;
  /** How often it was delivered, the first time included. */
  deliveries: Generated<number>;
  received_at: Generated<Date>;
  /** When its call was found and its facts were merged. */
  merged_at: Date | null;
  /** When everybody who waits for it was notified; at once where nobody does. */
  signalled_at: Date | null;
}

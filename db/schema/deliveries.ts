import type { ColumnType, Generated } from 'kysely';
import type { DeliveryStatus } from '#domain/delivery.ts';

/** A subscription: where events are sent. */
export interface WebhookEndpointsTable {
  id: string;
  url: string;
  description: string | null;
  /** Event types, or `*`. */
  event_types: string[];
  /** Events of this campaign only. */
  campaign_id: string | null;
  /** `whsec_` and base64, the newest first. During a rotation each of them signs. */
  secrets: string[];
  /** Until then all secrets sign, afterwards only the first. */
  old_secrets_until: Date | null;
  failing_since: Date | null;
  disabled_at: Date | null;
  disabled_reason: string | null;
  deleted_at: Date | null;
  created_at: Generated<Date>;
}

/** One event for one endpoint. Its id is the message id that the receiver sees with every attempt. */
export interface DeliveriesTable {
  id: string;
  endpoint_id: string;
  event_id: number | null;
  follow_up_id: string | null;
  event_type: string;
  lead_id: string | null;
  /** Composed at the first attempt, the same in all. */
  payload: ColumnType<Record<string, unknown> | null, string | null, string | null>;
  status: Generated<DeliveryStatus>;
  attempts: Generated<number>;
  next_attempt_at: Generated<Date>;
  last_status: number | null;
  last_error: string | null;
  workflow_started_at: Date | null;
  delivered_at: Date | null;
  created_at: Generated<Date>;
}

export interface DeliveryAttemptsTable {
  id: Generated<number>;
  delivery_id: string;
  at: Generated<Date>;
  /** The HTTP status; null when there was no answer. */
  status: number | null;
  error: string | null;
  duration_ms: number;
}

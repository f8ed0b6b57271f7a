import type { ColumnType, Generated } from 'kysely';
import type { AttentionKind } from '#domain/attention.ts';
import type { GateRule, GateVerdict } from '#domain/gate.ts';
import type { OptOutSource } from '#domain/opt-out.ts';

/** Every verdict of the gate, with the facts behind it. */
export interface DecisionsTable {
  id: Generated<number>;
  attempt_id: string;
  campaign_id: string | null;
  lead_id: string | null;
  phone: string;
  verdict: GateVerdict['verdict'];
  rule: GateRule | null;
  detail: string | null;
  until: Date | null;
  rules_version: string;
  settings_version: number | null;
  /** Zones, window and counts as they were read. */
  facts: ColumnType<Record<string, unknown>, string, never>;
  decided_at: Generated<Date>;
}

export interface OptOutsTable {
  phone: string;
  reason: string;
  source: OptOutSource;
  /** Ids of the calls to the number that were in flight when it was taken on the list. */
  in_flight: Generated<string[]>;
  created_at: Generated<Date>;
}

/** What needs a person. One open row a subject. */
export interface AttentionTable {
  id: Generated<number>;
  kind: AttentionKind;
  /** The id of the call, webhook event, campaign, message, follow-up or endpoint. */
  subject: string;
  campaign_id: string | null;
  lead_id: string | null;
  detail: string;
  created_at: Generated<Date>;
  settled_at: Date | null;
  settlement: string | null;
  /** Who settled it; null for one that settled by itself. */
  settled_by: string | null;
}

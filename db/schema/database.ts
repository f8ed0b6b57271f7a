import type { Kysely, Transaction } from 'kysely';
import type { ApiKeysTable, AuditLogTable, BrowserSessionsTable, IdempotencyKeysTable } from './access.ts';
import type { CallBreakdownsTable, CallDetailsTable, CallsTable, CallTotalsTable } from './calls.ts';
import type { CampaignChangesTable, CampaignSettingsTable, CampaignsTable } from './campaigns.ts';
import type { AgentSessionsTable, ContactAliasesTable, SyncRunsTable } from './conversations.ts';
import type { DeliveriesTable, DeliveryAttemptsTable, WebhookEndpointsTable } from './deliveries.ts';
import type { EventsTable, WebhookEventsTable } from './events.ts';
import type { AttentionTable, DecisionsTable, OptOutsTable } from './gate.ts';
import type { ContactsTable, LeadsTable } from './leads.ts';
import type { FollowUpsTable, MessagesTable } from './messages.ts';
import type { SingleCallsTable } from './single-calls.ts';
import type { SweepPartsTable, WorkspaceTable } from './workspace.ts';

/** The whole database, as Kysely sees it. */
export interface Database {
  agent_sessions: AgentSessionsTable;
  contact_aliases: ContactAliasesTable;
  deliveries: DeliveriesTable;
  delivery_attempts: DeliveryAttemptsTable;
  follow_ups: FollowUpsTable;
  messages: MessagesTable;
  sync_runs: SyncRunsTable;
  webhook_endpoints: WebhookEndpointsTable;
  api_keys: ApiKeysTable;
  attention: AttentionTable;
  audit_log: AuditLogTable;
  browser_sessions: BrowserSessionsTable;
  call_breakdowns: CallBreakdownsTable;
  call_details: CallDetailsTable;
  call_totals: CallTotalsTable;
  calls: CallsTable;
  campaign_changes: CampaignChangesTable;
  campaign_settings: CampaignSettingsTable;
  campaigns: CampaignsTable;
  contacts: ContactsTable;
  decisions: DecisionsTable;
  events: EventsTable;
  idempotency_keys: IdempotencyKeysTable;
  leads: LeadsTable;
  opt_outs: OptOutsTable;
  single_calls: SingleCallsTable;
  sweep_parts: SweepPartsTable;
  webhook_events: WebhookEventsTable;
  workspace: WorkspaceTable;
}

export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;

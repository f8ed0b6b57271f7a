import type { ApiKeysTable, AuditLogTable, IdempotencyKeysTable } from './access.ts';
import type { CallDetailsTable, CallsTable, CallTotalsTable } from './calls.ts';
import type { CampaignSettingsTable, CampaignsTable } from './campaigns.ts';
import type { EventsTable, WebhookEventsTable } from './events.ts';
import type { AttentionTable, DecisionsTable, OptOutsTable } from './gate.ts';
import type { ContactsTable, LeadsTable } from './leads.ts';
import type { WorkspaceTable } from './workspace.ts';

/** The whole database, as Kysely sees it. */
export interface Database {
  api_keys: ApiKeysTable;
  attention: AttentionTable;
  audit_log: AuditLogTable;
  call_details: CallDetailsTable;
  call_totals: CallTotalsTable;
  calls: CallsTable;
  campaign_settings: CampaignSettingsTable;
  campaigns: CampaignsTable;
  contacts: ContactsTable;
  decisions: DecisionsTable;
  events: EventsTable;
  idempotency_keys: IdempotencyKeysTable;
  leads: LeadsTable;
  opt_outs: OptOutsTable;
  webhook_events: WebhookEventsTable;
  workspace: WorkspaceTable;
}

import type { CallTotalsTable } from '#db/schema/calls.ts';
import type { CallStatus, Direction, ProviderVerdict, Reach } from '#domain/call.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import type { EventType } from '#domain/events.ts';
import type { LeadOutcome, LeadState } from '#domain/lead.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import type { DialOutcome } from '#simulator/ledger.ts';
import type { SimulatedReach } from '#simulator/people.ts';

/**
 * What the database, the phone network and Temporal each say happened, read once and set side by side. All instants
 * are Unix milliseconds; those of the database keep their microseconds as a fraction, because a lock that was
 * released within the same millisecond still has a before and an after.
 */
export interface Snapshot {
  takenAtMs: number;
  /** Campaigns that are judged; null judges all. Everything else is read too: contacts and lines are shared. */
  scope: ReadonlySet<string> | null;
  /** The product's own deadline for the answer of a dial. */
  dialTimeoutMs: number;
  /** How long past its deadline a call may stay open, while somebody works on it. */
  deadlineGraceMs: number;
  workspaceLines: number;
  campaigns: readonly SnapshotCampaign[];
  settings: readonly SnapshotSettings[];
  /** The rules of the calls outside of campaigns, by the call's id. */
  singleCalls: ReadonlyMap<string, CampaignSettings>;
  leads: readonly SnapshotLead[];
  calls: readonly SnapshotCall[];
  /** The gate's answers with the verdict `go`. */
  goDecisions: readonly GoDecision[];
  optOuts: readonly { phone: string; createdAtMs: number }[];
  attention: readonly { kind: string; subject: string }[];
  /** Pauses, resumptions and stops, oldest first. */
  statusEvents: readonly StatusEvent[];
  totals: readonly CallTotalsTable[];
  /** Every dial request that the network received, in that order. */
  dials: readonly Dial[];
  /** By workflow id, its latest run. */
  workflows: ReadonlyMap<string, WorkflowStanding>;
  /** Local dates (YYYY-MM-DD) by holiday calendar, for every calendar that a window names. */
  holidays: ReadonlyMap<string, ReadonlySet<string>>;
}

export type WorkflowStanding = 'open' | 'closed';

export interface SnapshotCampaign {
  id: string;
  status: CampaignStatus;
  pausedAtMs: number | null;
  finishedAtMs: number | null;
  /** Rows that the import answered for as accepted, where the caller knows. */
  imported: number | null;
}

export interface SnapshotSettings {
  campaignId: string;
  version: number;
  settings: CampaignSettings;
}

export interface SnapshotLead {
  id: string;
  campaignId: string;
  state: LeadState;
  outcome: LeadOutcome | null;
  notBeforeMs: number | null;
}

export interface SnapshotCall {
  /** The attempt's id. */
  id: string;
  campaignId: string | null;
  leadId: string | null;
  phone: string | null;
  direction: Direction;
  status: CallStatus;
  reach: Reach | null;
  conversationId: string | null;
  verdict: ProviderVerdict | null;
  converted: boolean;
  talkSeconds: number | null;
  costCents: number | null;
  startedAtMs: number;
  deadlineAtMs: number;
  concludedAtMs: number | null;
  day: string;
  settingsVersion: number | null;
}

export interface GoDecision {
  attemptId: string;
  campaignId: string | null;
  phone: string;
  settingsVersion: number | null;
  /** As logged; `zones` and `window` are what the dial is held to. */
  facts: Readonly<Record<string, unknown>>;
  decidedAtMs: number;
}

export interface StatusEvent {
  campaignId: string;
  type: Extract<EventType, 'campaign.paused' | 'campaign.resumed' | 'campaign.stopped'>;
  atMs: number;
}

export interface Dial {
  attemptId: string | null;
  /** Of the lead that the attempt is for; null when no lead or call has that id. */
  campaignId: string | null;
  to: string;
  receivedAtMs: number;
  /** Whether a phone rang. */
  accepted: boolean;
  answer: DialOutcome;
  conversationId: string | null;
  startedAtMs: number | null;
  endedAtMs: number | null;
  reach: SimulatedReach | null;
}

/** Whether something of this campaign is judged. What belongs to no campaign always is. */
export function inScope(snapshot: Snapshot, campaignId: string | null): boolean {
  return snapshot.scope === null || campaignId === null || snapshot.scope.has(campaignId);
}

/** Whether nothing more will happen in a campaign. One that was stopped may still have calls under way. */
export function isOver({ status, finishedAtMs }: SnapshotCampaign): boolean {
  return status === 'completed' || (status === 'stopped' && finishedAtMs !== null);
}

/** The lead that an attempt's id names: all before its last dot. Null when it names none. */
export function leadIdOf(attemptId: string): string | null {
  const end = attemptId.lastIndexOf('.');
  return end > 0 ? attemptId.slice(0, end) : null;
}

/** The rules by which an attempt was let go: its own outside of campaigns, else those of its campaign's version. */
export function rulesOf(
  snapshot: Snapshot,
  attempt: { id: string; campaignId: string | null; settingsVersion: number | null },
): CampaignSettings | null {
  return (
    snapshot.singleCalls.get(attempt.id) ?? settingsOf(snapshot, attempt.campaignId, attempt.settingsVersion)
  );
}

/** The settings of one version, or null when there is no such version. */
export function settingsOf(
  snapshot: Snapshot,
  campaignId: string | null,
  version: number | null,
): CampaignSettings | null {
  const row = snapshot.settings.find((each) => each.campaignId === campaignId && each.version === version);
  return row?.settings ?? null;
}

import type { CallTotalsTable } from '#db/schema/calls.ts';
import type { CallStatus, Direction, ProviderVerdict, Reach } from '#domain/call.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import type { EventType } from '#domain/events.ts';
import type { LeadOutcome, LeadState } from '#domain/lead.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import type { DialOutcome } from '#simulator/ledger.ts';
import type { SimulatedReach } from '#simulator/people.ts';

/**
 * What the database, the phone network and Temporal each report, read once. Times are Unix milliseconds;
 * those of the database keep microseconds as a fraction, since a lock may be released and taken within one
 * millisecond.
 */
export interface Snapshot {
  takenAtMs: number;
  /**
   * The campaigns to judge; null for all. Everything is read regardless, since contacts and lines are shared.
   */
  scope: ReadonlySet<string> | null;
  /** How long a call may stay open past its deadline. */
  deadlineGraceMs: number;
  workspaceLines: number;
  campaigns: readonly SnapshotCampaign[];
  settings: readonly SnapshotSettings[];
  /** Settings of one-off calls, by the call's id. */
  oneOffCalls: ReadonlyMap<string, CampaignSettings>;
  leads: readonly SnapshotLead[];
  calls: readonly SnapshotCall[];
  /** The gate's decisions with the verdict `go`, oldest first; an attempt may have several. */
  goDecisions: readonly GoDecision[];
  /** `inFlight`: ids of the calls that the opt-out's own record names. */
  optOuts: readonly { phone: string; createdAtMs: number; inFlight: readonly string[] }[];
  attention: readonly { kind: string; subject: string }[];
  /** Pauses, resumptions and stops, oldest first. */
  statusEvents: readonly StatusEvent[];
  totals: readonly CallTotalsTable[];
  /** Times in which the network, or the way to it, stood still: requests were received later than they were sent. */
  heldUp: readonly { startMs: number; endMs: number }[];
  /** Times in which the database, or the way to it, stood still or was slow: a decision was committed late. */
  slowCommits: readonly { startMs: number; endMs: number }[];
  /** Every dial request that the network received, in order. */
  dials: readonly Dial[];
  /** How often somebody asked for a call to a lead, by the lead's id. */
  callRequests: ReadonlyMap<string, number>;
  /** The latest run, by workflow id. */
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
  /** Leads that the import reported as accepted; null when unknown. */
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
  reservedCents: number | null;
  /** Its person was promised one call beyond the lead's attempts. */
  promisedOneMore: boolean;
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
  /** As logged; the dial is held to `zones` and `window`. */
  facts: Readonly<Record<string, unknown>>;
  /** When it was written. */
  decidedAtMs: number;
  /** The instant that was judged, a little earlier. */
  judgedAtMs: number;
}

export interface StatusEvent {
  campaignId: string;
  type: Extract<EventType, 'campaign.paused' | 'campaign.resumed' | 'campaign.stopped'>;
  atMs: number;
  /** Ids of the calls that a pause or a stop found in flight. */
  inFlight: readonly string[];
}

export interface Dial {
  attemptId: string | null;
  /** Of the attempt's lead; null when no lead or call has that id. */
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
  /** What the network charged for it; null until it has ended. */
  chargedCents: number | null;
}

/** The permission that a dial was sent with: the last one of its attempt before the network received it. */
export function decisionOf({ goDecisions }: Snapshot, { attemptId, receivedAtMs }: Dial): GoDecision | null {
  // The ledger's instants are in whole milliseconds, the database's are not.
  const before = goDecisions.filter(
    (each) => each.attemptId === attemptId && Math.floor(each.decidedAtMs) <= receivedAtMs,
  );
  return before.at(-1) ?? null;
}

/** A permission to dial is good for a second; the request may then wait for the receiving process for another. */
export const SENDING_MS = 2_000;

/**
 * When a dial reached the network. Where requests were held up on their way, beyond the product's reach, that is the
 * earliest instant at which it may have been sent.
 */
export function reachedAtMs(
  { heldUp }: Snapshot,
  { receivedAtMs }: Dial,
  { decidedAtMs }: GoDecision,
): number {
  const span = heldUp.find(
    ({ startMs, endMs }) => receivedAtMs >= startMs && receivedAtMs <= endMs + SENDING_MS,
  );
  return span === undefined ? receivedAtMs : Math.max(span.startMs, decidedAtMs);
}

/** What belongs to no campaign is always in scope. */
export function inScope(snapshot: Snapshot, campaignId: string | null): boolean {
  return snapshot.scope === null || campaignId === null || snapshot.scope.has(campaignId);
}

/** Whether nothing more will happen in the campaign. A stopped one may still have calls in flight. */
export function isOver({ status, finishedAtMs }: SnapshotCampaign): boolean {
  return status === 'completed' || (status === 'stopped' && finishedAtMs !== null);
}

/** The lead of an attempt's id: everything before its last dot. Null when there is none. */
export function leadIdOf(attemptId: string): string | null {
  const end = attemptId.lastIndexOf('.');
  return end > 0 ? attemptId.slice(0, end) : null;
}

/** The settings that permitted an attempt: a one-off call's own, otherwise its campaign's version. */
export function rulesOf(
  snapshot: Snapshot,
  attempt: { id: string; campaignId: string | null; settingsVersion: number | null },
): CampaignSettings | null {
  return (
    snapshot.oneOffCalls.get(attempt.id) ?? settingsOf(snapshot, attempt.campaignId, attempt.settingsVersion)
  );
}

/** Null when the version does not exist. */
export function settingsOf(
  snapshot: Snapshot,
  campaignId: string | null,
  version: number | null,
): CampaignSettings | null {
  const row = snapshot.settings.find((each) => each.campaignId === campaignId && each.version === version);
  return row?.settings ?? null;
}

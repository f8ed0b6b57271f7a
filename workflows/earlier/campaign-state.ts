import type { Activities } from '#activities/create-activities.ts';
import type { CampaignProgress, InFlight } from '#domain/campaign.ts';
import { type CampaignAction, type CampaignRunStatus, refusal } from '#domain/campaign.ts';
import type { Grant, LineFreed } from '#domain/lines.ts';
import type { LineWanted } from '../messages.ts';
import { type CarriedLines, LinePool } from './lines.ts';

export interface EarlierCampaignInput {
  campaignId: string;
  /** ISO time of the scheduled start; null starts at once. */
  startAt: string | null;
  /** Lines to begin with; every feed reads the number from the settings. */
  lines: number;
  carried?: Carried;
}

/** What one run hands to the next. */
interface Carried {
  status: CampaignRunStatus;
  lines: CarriedLines;
  startedLeadIds: string[];
  longestHoldMs: number;
}

type Feed = Awaited<ReturnType<Activities['feedLeads']>>;

/** Leads kept ready per line, and at most: enough to start a page in one go, few enough to stay fresh. */
const READY_PER_LINE = 2;
const MOST_READY = 200;
/** How long a lead may hold a line, until the first feed reads it from the settings. */
const FIRST_HOLD_MS = 86_400_000;

/**
 * What a campaign's workflow knows, and what it decides from that. The message handlers and the loop share it and
 * change it through its methods only. It speaks to nobody: the loop does.
 */
export class EarlierCampaignState {
  readonly id: string;
  readonly #lines: LinePool;
  #status: CampaignRunStatus;
  /** Leads that may be called now and are not started yet. */
  #readyLeadIds: string[] = [];
  /** Leads started since the last feed, which marks them in the database. */
  #startedLeadIds: string[];
  #feedAtMs = 0;
  /** The database has to be read before anything else: this run has missed a change. */
  #mustFeed = false;
  /** Unknown before the first feed, so not zero. */
  #openLeads = 1;
  #longestHoldMs: number;
  #changed = false;

  constructor({ campaignId, startAt, lines, carried }: EarlierCampaignInput, nowMs: number) {
    const scheduled = startAt !== null && new Date(startAt).getTime() > nowMs;
    this.id = campaignId;
    this.#status = carried?.status ?? (scheduled ? 'scheduled' : 'running');
    this.#lines = carried ? new LinePool(carried.lines) : LinePool.empty(lines);
    this.#startedLeadIds = carried?.startedLeadIds ?? [];
    this.#longestHoldMs = carried?.longestHoldMs ?? FIRST_HOLD_MS;
  }

  get status(): CampaignRunStatus {
    return this.#status;
  }

  /** Leads that hold a line: calls in flight, or about to be. */
  get inFlight(): number {
    return this.#lines.inUse;
  }

  get readyLeads(): number {
    return this.#readyLeadIds.length;
  }

  progress(nowMs: number): CampaignProgress {
    const opensLater = this.#feedAtMs > nowMs && Number.isFinite(this.#feedAtMs);
    return {
      status: this.#status,
      lines: { limit: this.#lines.limit, inUse: this.#lines.inUse },
      wantingLine: this.#lines.waiting,
      nextOpeningAt: opensLater ? new Date(this.#feedAtMs).toISOString() : null,
    };
  }

  // Whether the loop has something new to look at.

  /** Something happened since the round began. */
  get changed(): boolean {
    return this.#changed;
  }

  beginRound(): void {
    this.#changed = false;
  }

  wake(): void {
    this.#changed = true;
  }

  // Messages.

  /** Why an update is refused now; null when it is accepted. */
  refusal(action: CampaignAction): string | null {
    return refusal(action, this.#status);
  }

  pause(): InFlight {
    this.#status = 'paused';
    this.wake();
    return { inFlight: this.inFlight };
  }

  resume(): void {
    this.#status = 'running';
    this.#mustFeed = true;
    this.wake();
  }

  stop(): InFlight {
    this.#status = 'stopping';
    this.wake();
    return { inFlight: this.inFlight };
  }

  changeSettings({ lines }: { lines: number }): void {
    this.#lines.limit = lines;
    this.#mustFeed = true;
    this.wake();
  }

  leadsAdded(): void {
    this.#feedAtMs = 0;
    this.wake();
  }

  wantLine({ leadId, kind }: LineWanted): void {
    this.#lines.want(leadId, kind);
    this.wake();
  }

  freeLine({ leadId, line, next, paused }: LineFreed): void {
    this.#lines.release(leadId, line);
    if (next === 'finished') this.#lines.drop(leadId);
    if (paused === true) this.#mustFeed = true;
    // With the last call over, perhaps no lead is open any more: the feed counts them.
    if (next === 'finished' && this.inFlight === 0) this.#feedAtMs = 0;
    this.wake();
  }

  // Lines.

  /** Takes the next free line, for a lead that waits for one or else for a new lead; null when there is none to give. */
  takeLine(nowMs: number): (Grant & { isNew: boolean }) | null {
    if (this.#status !== 'running' || this.#mustFeed || this.#lines.free === 0) return null;
    const grant = this.#lines.grantNext(nowMs);
    if (grant !== null) return { ...grant, isNew: false };
    const leadId = this.#readyLeadIds.shift();
    return leadId === undefined ? null : { ...this.#lines.take(leadId, nowMs), isNew: true };
  }

  markStarted(leadId: string): void {
    this.#startedLeadIds.push(leadId);
  }

  /** The lead could not be reached: nobody holds this line. */
  takeBackLine({ leadId, line }: Grant): void {
    this.#lines.release(leadId, line);
  }

  /** When the oldest line will have been held for too long; infinite when none is held. */
  get overdueAtMs(): number {
    return (this.#lines.oldestSinceMs() ?? Number.POSITIVE_INFINITY) + this.#longestHoldMs;
  }

  overdueLeadIds(nowMs: number): string[] {
    return this.#lines.heldSinceBefore(nowMs - this.#longestHoldMs);
  }

  /** Takes back the lines that were found to be free; the other leads of the audit hold theirs from now. */
  endAudit(leadIds: string[], { freed }: { freed: string[] }, nowMs: number): void {
    for (const leadId of leadIds) {
      if (freed.includes(leadId)) this.#lines.drop(leadId);
      else this.#lines.extend(leadId, nowMs);
    }
  }

  // Feeding.

  /** When a feed could start new leads; infinite when it could not. */
  get feedAtMs(): number {
    return this.#status === 'running' && this.#lines.free > 0 ? this.#feedAtMs : Number.POSITIVE_INFINITY;
  }

  needsFeed(nowMs: number): boolean {
    return this.#mustFeed || (this.#readyLeadIds.length === 0 && this.feedAtMs <= nowMs);
  }

  beginFeed(): { campaignId: string; startedLeadIds: string[]; limit: number } {
    const startedLeadIds = this.#startedLeadIds;
    this.#startedLeadIds = [];
    this.#mustFeed = false;
    this.#feedAtMs = Number.POSITIVE_INFINITY;
    const limit = Math.min(MOST_READY, this.#lines.limit * READY_PER_LINE);
    return { campaignId: this.id, startedLeadIds, limit };
  }

  /** Takes over what the database says. A message that came during the feed and asked for another one keeps it. */
  endFeed({ leadIds, nextAt, open, status, lines, longestHoldMs }: Feed): void {
    this.#lines.limit = lines;
    this.#longestHoldMs = longestHoldMs;
    this.#openLeads = open;
    this.#readyLeadIds = leadIds;
    const laterMs = nextAt === null ? Number.POSITIVE_INFINITY : Date.parse(nextAt);
    this.#feedAtMs = Math.min(this.#feedAtMs, leadIds.length > 0 ? 0 : laterMs);
    if (status === 'stopped') this.#status = 'stopping';
    else if (status === 'paused') this.#status = 'paused';
    else if (status === 'running' && this.#status === 'paused') this.#status = 'running';
  }

  // Start and end.

  begin(): void {
    this.#status = 'running';
  }

  /** No lead is in flight, waits for a line or is ready, and the last feed counted none that is open. */
  get seemsComplete(): boolean {
    const idle = this.inFlight === 0 && this.#lines.waiting === 0 && this.#readyLeadIds.length === 0;
    return this.#status === 'running' && idle && this.#openLeads === 0;
  }

  /** Takes over whether the database completed the campaign. A message that came meanwhile keeps this run going. */
  endCompletion({ completed }: { completed: boolean }): void {
    if (!completed) {
      this.#openLeads = 1;
      this.#feedAtMs = 0;
    } else if (!this.#changed) {
      this.#status = 'completed';
    }
  }

  close(): void {
    this.#status = 'completed';
  }

  /** The input of the next run. Leads that are ready but not started are fed to it again. */
  carry(): EarlierCampaignInput {
    return {
      campaignId: this.id,
      startAt: null,
      lines: this.#lines.limit,
      carried: {
        status: this.#status,
        lines: this.#lines.carry(),
        startedLeadIds: this.#startedLeadIds,
        longestHoldMs: this.#longestHoldMs,
      },
    };
  }
}

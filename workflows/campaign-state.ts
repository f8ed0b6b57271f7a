import type { Activities } from '#activities/create-activities.ts';
import type { CampaignProgress, InFlight } from '#domain/campaign.ts';
import { type CampaignAction, type CampaignRunStatus, refusal } from '#domain/campaign.ts';
import { type CarriedLines, type Grant, type LineFreed, LinePool } from '#domain/lines.ts';
import { Pace } from '#domain/pace.ts';
import type { LineWanted } from './messages.ts';

export interface CampaignInput {
  campaignId: string;
  /** ISO time of the scheduled start; null starts at once. The first feed reads whether it still holds. */
  startAt: string | null;
  /** Lines to begin with; every feed reads the number from the settings. */
  lines: number;
  carried?: Carried;
}

/** What one run hands to the next: the lines, which only the workflow knows. Everything else is in the database. */
interface Carried {
  status: CampaignRunStatus;
  lines: CarriedLines;
  longestHoldMs: number;
  /** Missing in what a run of an earlier version hands over. */
  granted?: GrantedLead[];
  leadsStopped?: boolean;
}

export type Feed = Awaited<ReturnType<Activities['feedCampaign']>>;
type DueLead = Feed['leads'][number];
type FeedRequest = Parameters<Activities['feedCampaign']>[0];
type GrantedLead = FeedRequest['granted'][number];

/** Leads kept ready per line, and at most: enough to start a page in one go, few enough to stay fresh. */
const READY_PER_LINE = 2;
const MOST_READY = 200;
/** How long a lead may hold a line, until the first feed reads it from the settings. */
const FIRST_HOLD_MS = 86_400_000;
/** Leads whose lines are looked into at once. */
const MOST_AUDITED = 100;

/** For leads that fall due one after another, the database is read no more often than this. */
const FEED_EVERY_MS = 500;
/** As above while other leads are ready; and while the workspace has no line to spare. */
const FEED_EVERY_WHILE_BUSY_MS = 5_000;
/** What was found to be not so is looked at again after this: no round follows another without a pause. */
const LOOK_AGAIN_MS = 1_000;

/**
 * What a campaign's workflow knows, and what it decides from that. The message handlers and the loop share it and
 * change it through its methods only. It speaks to nobody: the loop does.
 */
export class CampaignState {
  readonly id: string;
  readonly #lines: LinePool;
  readonly #pace: Pace;
  #status: CampaignRunStatus;
  /** Leads that are due and have no line yet. */
  #ready: DueLead[] = [];
  /** There may be more leads like those that are ready. */
  #more = false;
  /** Leads that got a line since the last feed, which marks them in the database. */
  #granted: GrantedLead[];
  /** The next time at which a lead falls due, as far as is known. */
  #dueAtMs = Number.POSITIVE_INFINITY;
  /** The next set time: the campaign begins or ends. */
  #turnAtMs = Number.POSITIVE_INFINITY;
  #fedAtMs = 0;
  /** The database has to be read before anything else: it has changed. */
  #mustFeed = true;
  /** The run before this one was lost, or knew its queue by itself: who waited is to be found. */
  #recovers: boolean;
  /** Unknown before the first feed, so true. */
  #hasOpenLeads = true;
  /** Lines that the other calls of the workspace leave to this campaign. */
  #room = Number.POSITIVE_INFINITY;
  /** The next leads wait for money that calls in flight may leave. */
  #awaitsCharge = false;
  #generation = 0;
  #completeAtMs = 0;
  #leadsStopped: boolean;
  #longestHoldMs: number;
  #changed = false;

  constructor({ campaignId, startAt, lines, carried }: CampaignInput, nowMs: number) {
    this.id = campaignId;
    this.#status = carried?.status ?? (startAt === null ? 'running' : 'scheduled');
    this.#lines = carried ? new LinePool(carried.lines) : LinePool.empty({ limit: lines, firstLine: nowMs });
    this.#pace = new Pace(1, nowMs);
    this.#granted = carried?.granted ?? [];
    this.#recovers = carried?.granted === undefined;
    this.#leadsStopped = carried?.leadsStopped ?? false;
    this.#longestHoldMs = carried?.longestHoldMs ?? FIRST_HOLD_MS;
  }

  get status(): CampaignRunStatus {
    return this.#status;
  }

  /** Leads that hold a line: calls in flight, or about to be. */
  get inFlight(): number {
    return this.#lines.inUse;
  }

  progress(nowMs: number): CampaignProgress {
    const opensLater = this.#ready.length === 0 && this.#dueAtMs > nowMs && Number.isFinite(this.#dueAtMs);
    return {
      status: this.#status,
      lines: { limit: this.#lines.limit, inUse: this.#lines.inUse },
      wantingLine: this.#ready.length,
      nextOpeningAt: opensLater ? new Date(this.#dueAtMs).toISOString() : null,
      generation: this.#generation,
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

  // Messages. The database is the truth: each that is about a change of it has it read.

  /** Why an update is refused now; null when it is accepted. */
  refusal(action: CampaignAction): string | null {
    return refusal(action, this.#status);
  }

  databaseChanged(): void {
    this.#mustFeed = true;
    this.wake();
  }

  pause(): InFlight {
    this.#status = 'paused';
    this.databaseChanged();
    return { inFlight: this.inFlight };
  }

  resume(): void {
    this.#status = 'running';
    this.databaseChanged();
  }

  stop(): InFlight {
    this.#status = 'stopping';
    this.databaseChanged();
    return { inFlight: this.inFlight };
  }

  changeSettings({ lines }: { lines: number }): void {
    this.#lines.limit = lines;
    this.databaseChanged();
  }

  /** A lead of an earlier version has no line, and waits until it is fed. */
  wantLine({ leadId }: LineWanted): void {
    this.#lines.drop(leadId);
    this.#dueAtMs = 0;
    this.wake();
  }

  freeLine({ leadId, line, next, paused, dueAt }: LineFreed): void {
    this.#lines.release(leadId, line);
    if (next === 'finished') this.#lines.drop(leadId);
    else this.#dueAtMs = Math.min(this.#dueAtMs, dueAt === undefined ? 0 : Date.parse(dueAt));
    // Its charge may have made room.
    if (this.#awaitsCharge) this.#dueAtMs = 0;
    // With the last call over, perhaps no lead is open any more.
    const isLast = next === 'finished' && this.inFlight === 0 && this.#ready.length === 0;
    if (paused === true || isLast) this.#mustFeed = true;
    this.wake();
  }

  // Lines.

  get #freeLines(): number {
    return Math.max(0, Math.min(this.#lines.free, this.#room - this.#lines.inUse));
  }

  get #mayGrant(): boolean {
    return this.#status === 'running' && !this.#mustFeed && this.#freeLines > 0;
  }

  /** Gives a free line to the next lead that is due; null when there is none to give, or it is not time yet. */
  takeLine(nowMs: number): (Grant & DueLead) | null {
    while (this.#mayGrant) {
      const [lead] = this.#ready;
      if (lead === undefined) return null;
      // It got one from somebody else's feed.
      if (!this.#lines.holds(lead.leadId)) {
        if (!this.#pace.take(nowMs)) return null;
        this.#ready.shift();
        return { ...lead, ...this.#lines.take(lead.leadId, nowMs) };
      }
      this.#ready.shift();
    }
    return null;
  }

  markGranted({ leadId, dueMs }: DueLead): void {
    this.#granted.push([leadId, dueMs]);
  }

  /** The lead could not be reached: nobody holds this line. */
  takeBackLine({ leadId, line }: Grant, nowMs: number): void {
    this.#lines.release(leadId, line);
    this.#dueAtMs = Math.min(this.#dueAtMs, nowMs + LOOK_AGAIN_MS);
  }

  /** When the oldest line will have been held for too long; infinite when none is held. */
  get overdueAtMs(): number {
    return (this.#lines.oldestSinceMs() ?? Number.POSITIVE_INFINITY) + this.#longestHoldMs;
  }

  overdueLeadIds(nowMs: number): string[] {
    return this.#lines.heldSinceBefore(nowMs - this.#longestHoldMs).slice(0, MOST_AUDITED);
  }

  /** Takes back the lines that were found to be free; the other leads of the audit hold theirs from now. */
  endAudit(leadIds: string[], { freed }: { freed: string[] }, nowMs: number): void {
    for (const leadId of leadIds) {
      if (freed.includes(leadId)) this.#lines.drop(leadId);
      else this.#lines.extend(leadId, nowMs);
    }
    // Their leads may be due again, or may have been the last ones.
    if (freed.length > 0) this.#mustFeed = true;
  }

  // Feeding.

  /** When leads are to be looked for; infinite when none could be given a line. */
  get #leadsAtMs(): number {
    if (this.#status !== 'running' || this.#lines.free === 0) return Number.POSITIVE_INFINITY;
    const busyUntilMs = this.#fedAtMs + FEED_EVERY_WHILE_BUSY_MS;
    if (this.#freeLines === 0) return this.#ready.length > 0 || this.#more ? busyUntilMs : this.#dueAtMs;
    if (this.#ready.length > 0) return Math.max(this.#dueAtMs, busyUntilMs);
    return this.#more ? 0 : Math.max(this.#dueAtMs, this.#fedAtMs + FEED_EVERY_MS);
  }

  needsFeed(nowMs: number): boolean {
    return this.#mustFeed || Math.min(this.#turnAtMs, this.#leadsAtMs) <= nowMs;
  }

  beginFeed(): FeedRequest {
    const granted = this.#granted;
    this.#granted = [];
    this.#mustFeed = false;
    this.#dueAtMs = Number.POSITIVE_INFINITY;
    const limit = Math.min(MOST_READY, this.#lines.limit * READY_PER_LINE);
    return { campaignId: this.id, granted, limit, ...(this.#recovers ? { recover: true } : {}) };
  }

  /** Takes over what the database says. A message that came during the feed and asked for another one keeps it. */
  endFeed(feed: Feed, nowMs: number): void {
    this.#lines.limit = feed.lines;
    this.#pace.perSecond = feed.callsPerSecond;
    this.#room = feed.room;
    this.#longestHoldMs = feed.longestHoldMs;
    this.#hasOpenLeads = feed.hasOpenLeads;
    this.#awaitsCharge = feed.awaitsCharge;
    this.#generation = feed.generation;
    this.#fedAtMs = nowMs;
    this.#recovers = false;
    for (const leadId of feed.inCall ?? []) this.#lines.adopt(leadId, nowMs);
    this.#ready = feed.leads.filter(({ leadId }) => !this.#lines.holds(leadId));
    // Leads that hold a line and are due nevertheless are about to give it back.
    const held = feed.leads.length > this.#ready.length;
    this.#more = feed.more && !held;
    const dueAtMs = held ? nowMs + LOOK_AGAIN_MS : timeOf(feed.nextAt);
    this.#dueAtMs = Math.min(this.#dueAtMs, dueAtMs);
    // One that has come without effect is tried again soon: whose clock it was is not known here.
    this.#turnAtMs = Math.max(timeOf(feed.turnAt), nowMs + LOOK_AGAIN_MS);
    this.#takeStatus(feed.status);
  }

  #takeStatus(status: Feed['status']): void {
    switch (status) {
      case 'scheduled':
      case 'running':
      case 'paused':
      case 'completed':
        this.#status = status;
        this.#leadsStopped = false;
        return;
      case 'stopped':
        this.#status = 'stopping';
        return;
      // Never started: whoever began this workflow was mistaken.
      case 'draft':
        this.#status = 'completed';
    }
  }

  // The end.

  /** The next look at whether no lead is open any more; infinite while one is. */
  get #endAtMs(): number {
    const idle = this.inFlight === 0 && this.#ready.length === 0 && !this.#hasOpenLeads;
    return this.#status === 'running' && idle ? this.#completeAtMs : Number.POSITIVE_INFINITY;
  }

  /** No lead is in flight or ready, and the last feed found none that is open. */
  seemsComplete(nowMs: number): boolean {
    return this.#endAtMs <= nowMs;
  }

  /** Takes over whether the database completed the campaign. Where it did not, it is read again, and asked later. */
  endCompletion({ completed }: { completed: boolean }, nowMs: number): void {
    this.#completeAtMs = nowMs + LOOK_AGAIN_MS;
    if (completed && !this.#mustFeed) this.#status = 'completed';
    else this.#mustFeed = true;
  }

  get mustStopLeads(): boolean {
    return this.#status === 'stopping' && !this.#leadsStopped;
  }

  endStop(): void {
    this.#leadsStopped = true;
  }

  /** After a stop, the last call has ended. */
  get isWoundUp(): boolean {
    return this.#status === 'stopping' && this.#leadsStopped && this.inFlight === 0;
  }

  close(): void {
    this.#status = 'completed';
  }

  /** When to look again although nothing happened, and why. */
  alarms(nowMs: number): [atMs: number, summary: string][] {
    const paced = this.#mayGrant && this.#ready.length > 0;
    return [
      [this.#turnAtMs, 'until the set time'],
      [this.overdueAtMs, 'until a line is overdue'],
      [this.#leadsAtMs, 'until more leads are due'],
      [paced ? this.#pace.nextAtMs(nowMs) : Number.POSITIVE_INFINITY, 'for the pace'],
      [this.#endAtMs, 'until the end is looked at again'],
    ];
  }

  /** The input of the next run. Leads that are ready but have no line are fed to it again. */
  carry(): CampaignInput {
    return {
      campaignId: this.id,
      startAt: null,
      lines: this.#lines.limit,
      carried: {
        status: this.#status,
        lines: this.#lines.carry(),
        longestHoldMs: this.#longestHoldMs,
        granted: this.#granted,
        leadsStopped: this.#leadsStopped,
      },
    };
  }
}

function timeOf(iso: string | null): number {
  return iso === null ? Number.POSITIVE_INFINITY : Date.parse(iso);
}

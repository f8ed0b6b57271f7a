import type { Profile, SimulatedReach } from './people.ts';

/** How one dial request was answered. */
export type DialOutcome =
  | 'placed'
  | 'throttled'
  | 'refused'
  | 'server_error'
  | 'malformed'
  | 'timeout'
  | 'reset';

/** One webhook request that was sent, or would have been had it not been lost. */
export interface LedgerWebhook {
  /** Shared by the copies of one delivery. */
  deliveryId: string;
  kind: 'post_call_transcription' | 'call_initiation_failure';
  /** UTC, ISO 8601. */
  sentAt: string;
  /** The receiver's HTTP status; null while unanswered, when lost and when the connection failed. */
  status: number | null;
  /** `lost`, `duplicate`, `reordered`, `forged:<how>`, or null for an ordinary delivery. */
  fault: string | null;
}

/** One dial request as it was received. Two entries with one attempt id are two requests for one attempt. */
export interface LedgerEntry {
  /** From the dynamic variable `attempt_id`, else the user id; null when the request named neither. */
  attemptId: string | null;
  to: string;
  fromNumberId: string;
  agentId: string;
  /** UTC, ISO 8601, as are the other times: the wall clock, whatever the speed. */
  receivedAt: string;
  /** Whether a phone rang, whatever the request was answered. */
  accepted: boolean;
  answer: DialOutcome;
  conversationId: string | null;
  callSid: string | null;
  profile: Profile | null;
  startedAt: string | null;
  endedAt: string | null;
  /** Null until the call has ended. */
  reach: SimulatedReach | null;
  webhooks: LedgerWebhook[];
}

/** The ledger as `GET /_sim/ledger` answers it. */
export interface LedgerSnapshot {
  seed: number;
  speed: number;
  /** The most calls ever under way at once. */
  maxConcurrentCalls: number;
  /** Calls under way now. */
  liveCalls: number;
  /** In order of receipt. */
  dials: LedgerEntry[];
}

/** What the phone network saw: the truth that a checker compares everyone else's account with. */
export class Ledger {
  readonly #dials: LedgerEntry[] = [];
  readonly #seed: number;
  readonly #speed: number;
  #liveCalls = 0;
  #maxConcurrentCalls = 0;

  constructor(seed: number, speed: number) {
    this.#seed = seed;
    this.#speed = speed;
  }

  get dials(): readonly LedgerEntry[] {
    return this.#dials;
  }

  get liveCalls(): number {
    return this.#liveCalls;
  }

  get maxConcurrentCalls(): number {
    return this.#maxConcurrentCalls;
  }

  add(entry: LedgerEntry): void {
    this.#dials.push(entry);
  }

  callStarted(): void {
    this.#liveCalls += 1;
    this.#maxConcurrentCalls = Math.max(this.#maxConcurrentCalls, this.#liveCalls);
  }

  callEnded(): void {
    this.#liveCalls -= 1;
  }

  snapshot(): LedgerSnapshot {
    return {
      seed: this.#seed,
      speed: this.#speed,
      maxConcurrentCalls: this.#maxConcurrentCalls,
      liveCalls: this.#liveCalls,
      dials: this.#dials,
    };
  }
}

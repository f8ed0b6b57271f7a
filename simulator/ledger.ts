import type { Profile, SimulatedReach } from './people.ts';

export type DialOutcome =
  | 'placed'
  | 'throttled'
  | 'refused'
  | 'server_error'
  | 'malformed'
  | 'timeout'
  | 'reset';

/** One webhook request that was sent, or that was lost before sending. */
export interface LedgerWebhook {
  /** Shared by the copies of one delivery. */
  deliveryId: string;
  kind:
    | 'post_call_transcription'
    | 'call_initiation_failure'
    | 'post_call_audio'
    | 'answering_machine_detection'
    | 'unknown';
  /** UTC, ISO 8601. */
  sentAt: string;
  /** The receiver's HTTP status; null when unanswered, lost, or not connected. */
  status: number | null;
  /** `lost`, `duplicate`, `reordered`, `forged:<how>`, or null for an ordinary delivery. */
  fault: string | null;
}

/** One dial request as received. Two entries with one attempt id are two requests for one attempt. */
export interface LedgerEntry {
  /** From the dynamic variable `attempt_id`, otherwise the user id; null when the request has neither. */
  attemptId: string | null;
  to: string;
  fromNumberId: string;
  agentId: string;
  /** Wall clock, UTC, ISO 8601, like the other times, whatever the speed. */
  receivedAt: string;
  /** Whether a phone rang, regardless of the answer to the request. */
  accepted: boolean;
  answer: DialOutcome;
  conversationId: string | null;
  callSid: string | null;
  profile: Profile | null;
  startedAt: string | null;
  endedAt: string | null;
  /** Null until the call has ended. */
  reach: SimulatedReach | null;
  /** What the voice provider charges, in its credits; null until the call has ended. */
  chargedCredits: number | null;
  webhooks: LedgerWebhook[];
}

/** A new entry counts as refused until the dial is accepted. */
export function openEntry(
  dial: Pick<LedgerEntry, 'attemptId' | 'to' | 'fromNumberId' | 'agentId'>,
): LedgerEntry {
  return {
    ...dial,
    receivedAt: new Date().toISOString(),
    accepted: false,
    answer: 'refused',
    conversationId: null,
    callSid: null,
    profile: null,
    startedAt: null,
    endedAt: null,
    reach: null,
    chargedCredits: null,
    webhooks: [],
  };
}

/** One request to the product about a text: the text itself, or a delivery report. */
export interface LedgerTextWebhook {
  kind: 'text' | 'status';
  /** The reported status; `received` for a text. */
  reportedStatus: string;
  /** UTC, ISO 8601. */
  sentAt: string;
  /** The receiver's HTTP status; null when unanswered, lost, or not connected. */
  status: number | null;
  /** `lost`, `duplicate`, `repeat`, `forged:<how>`, or null for an ordinary one. */
  fault: string | null;
}

/** One text that was sent, or one request to send one. */
export interface LedgerText {
  direction: 'outbound' | 'inbound';
  /** A request to the API, a TwiML answer, the carrier's own confirmation, or a person. */
  by: 'api' | 'reply' | 'carrier' | 'person';
  from: string;
  to: string;
  body: string;
  media: string[];
  /** UTC, ISO 8601. */
  receivedAt: string;
  /** Whether the network took it, regardless of the answer to the request. */
  accepted: boolean;
  answer: DialOutcome;
  /** Twilio's error number for a refused or undelivered text. */
  errorCode: number | null;
  messageSid: string | null;
  /** Twilio's status; null when refused. */
  status: string | null;
  webhooks: LedgerTextWebhook[];
}

export interface IncomingLedgerEntry {
  /** E.164, as is `to`. */
  from: string;
  to: string;
  agentId: string;
  receivedAt: string;
  conversationId: string | null;
  callSid: string | null;
  webhooks: LedgerWebhook[];
}

/** The ledger as `GET /_sim/ledger` returns it. */
export interface LedgerSnapshot {
  seed: number;
  speed: number;
  maxConcurrentCalls: number;
  liveCalls: number;
  /** In order of receipt. */
  dials: LedgerEntry[];
  /** In order of receipt, both directions. */
  texts: LedgerText[];
}

/** What the phone network saw. The checker compares it with the database and with Temporal. */
export class Ledger {
  readonly #dials: LedgerEntry[] = [];
  readonly #texts: LedgerText[] = [];
  readonly #seed: number;
  readonly #speed: number;
  readonly #incoming: IncomingLedgerEntry[] = [];
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

  get texts(): readonly LedgerText[] {
    return this.#texts;
  }

  addText(text: LedgerText): void {
    this.#texts.push(text);
  }

  /** Calls from people to us, in order; never one of our dials. */
  get incoming(): readonly IncomingLedgerEntry[] {
    return this.#incoming;
  }

  addIncoming(entry: IncomingLedgerEntry): void {
    this.#incoming.push(entry);
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
      texts: this.#texts,
    };
  }
}

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
  kind:
    | 'post_call_transcription'
    | 'call_initiation_failure'
    | 'post_call_audio'
    | 'answering_machine_detection'
    | 'unknown';
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

/** The entry of a dial that comes now, refused until something better is known. */
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
    webhooks: [],
  };
}

/** One request about a text to the product: the text itself, or a delivery report. */
export interface LedgerTextWebhook {
  kind: 'text' | 'status';
  /** The status that a report tells; `received` for a text. */
  tells: string;
  /** UTC, ISO 8601. */
  sentAt: string;
  /** The receiver's HTTP status; null while unanswered, when lost and when the connection failed. */
  status: number | null;
  /** `lost`, `duplicate`, `repeat`, `forged:<how>`, or null for an ordinary one. */
  fault: string | null;
}

/** One text that was sent, or one request to send one. */
export interface LedgerText {
  direction: 'outbound' | 'inbound';
  /** A request to the API, an answer in TwiML, the carrier's own confirmation, or a person. */
  by: 'api' | 'reply' | 'carrier' | 'person';
  from: string;
  to: string;
  body: string;
  media: string[];
  /** UTC, ISO 8601. */
  receivedAt: string;
  /** Whether the network took it, whatever the request was answered. */
  accepted: boolean;
  answer: DialOutcome;
  /** Twilio's error number: why it was refused, or not delivered. */
  errorCode: number | null;
  messageSid: string | null;
  /** Where it stands, in Twilio's words; null when it was refused. */
  status: string | null;
  webhooks: LedgerTextWebhook[];
}

/** A call that a person made to one of our numbers. */
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
  /** In order of receipt, both directions. */
  texts: LedgerText[];
}

/** What the phone network saw: the truth that a checker compares everyone else's account with. */
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

  /** Calls that people made to us, in order; no dial of ours is among them. */
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

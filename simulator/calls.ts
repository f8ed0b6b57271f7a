import type { LedgerEntry } from './ledger.ts';
import { type CallPlan, pickedUp } from './people.ts';

/** A JSON object as it came over the wire. */
export type JsonObject = Record<string, unknown>;

/** One accepted call. What was said in it is made up again at every read, so that a hundred thousand fit. */
export interface SimulatedCall {
  /** Position in the order of acceptance, from 0. */
  index: number;
  conversationId: string;
  callSid: string;
  attemptId: string | null;
  userId: string | null;
  agentId: string;
  phoneNumberId: string;
  /** E.164. */
  from: string;
  /** E.164. */
  to: string;
  /** `conversation_initiation_client_data` as it was sent, its dynamic variables read into `variables`. */
  clientData: JsonObject;
  variables: JsonObject;
  /** How many calls this number had before. */
  callsBefore: number;
  plan: CallPlan;
  drifts: boolean;
  /** Wall clock, Unix milliseconds; null while it has not happened. */
  startedAtMs: number;
  answeredAtMs: number | null;
  endedAtMs: number | null;
  /** When the provider had finished its analysis. */
  settledAtMs: number | null;
  /** From when on the conversation is listed. */
  listedFromMs: number;
  entry: LedgerEntry;
}

export type ConversationStatus = 'initiated' | 'in-progress' | 'processing' | 'done' | 'failed';

/** ElevenLabs' word for where the call stands. */
export function conversationStatus(call: SimulatedCall): ConversationStatus {
  if (call.endedAtMs === null) return call.answeredAtMs === null ? 'initiated' : 'in-progress';
  if (!pickedUp(call.plan.reach)) return 'failed';
  return call.settledAtMs === null ? 'processing' : 'done';
}

/** All calls, with the look-ups that the two providers' interfaces need. */
export class CallBook {
  readonly #calls: SimulatedCall[] = [];
  readonly #byConversation = new Map<string, SimulatedCall>();
  readonly #bySid = new Map<string, SimulatedCall>();
  readonly #byAttempt = new Map<string, SimulatedCall[]>();
  readonly #byNumber = new Map<string, SimulatedCall[]>();

  get size(): number {
    return this.#calls.length;
  }

  add(call: SimulatedCall): void {
    this.#calls.push(call);
    this.#byConversation.set(call.conversationId, call);
    this.#bySid.set(call.callSid, call);
    append(this.#byNumber, call.to, call);
    for (const key of new Set([call.attemptId, call.userId])) {
      if (key !== null) append(this.#byAttempt, key, call);
    }
  }

  conversation(conversationId: string): SimulatedCall | null {
    return this.#byConversation.get(conversationId) ?? null;
  }

  sid(callSid: string): SimulatedCall | null {
    return this.#bySid.get(callSid) ?? null;
  }

  /** Oldest first. */
  all(): readonly SimulatedCall[] {
    return this.#calls;
  }

  /** Oldest first: the calls whose attempt's id or user id this is. */
  attempt(id: string): readonly SimulatedCall[] {
    return this.#byAttempt.get(id) ?? [];
  }

  /** Oldest first. */
  number(to: string): readonly SimulatedCall[] {
    return this.#byNumber.get(to) ?? [];
  }
}

function append(index: Map<string, SimulatedCall[]>, key: string, call: SimulatedCall): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [call]);
  else list.push(call);
}

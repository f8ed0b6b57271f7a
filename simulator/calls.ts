import type { LedgerEntry } from './ledger.ts';
import { type CallPlan, pickedUp } from './people.ts';
import type { GivenContext, JsonObject, SimulatedTalk } from './talks.ts';

/** Why a call ended early: an operator hung up, or it was transferred to a person's phone. */
export type HangUp =
  | { by: 'operator'; plannedTalkSeconds: number }
  | { by: 'transfer'; to: string; plannedTalkSeconds: number };

/** One accepted call. Its conversation is generated at every read, so that 100,000 calls fit into memory. */
export interface SimulatedCall {
  kind: 'call';
  /** Position among all conversations, from 0. */
  index: number;
  direction: 'outbound' | 'inbound';
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
  /** `conversation_initiation_client_data` as received; its dynamic variables are in `variables`. */
  clientData: JsonObject;
  variables: JsonObject;
  /** Earlier calls with this number. */
  callsBefore: number;
  plan: CallPlan;
  drifts: boolean;
  /** Wall clock, Unix milliseconds; the other times are null until they have happened. */
  startedAtMs: number;
  answeredAtMs: number | null;
  endedAtMs: number | null;
  /** When the provider had finished its analysis. */
  settledAtMs: number | null;
  /** The conversation appears in lists from this time on. */
  listedFromMs: number;
  contexts: GivenContext[];
  hungUp: HangUp | null;
  /** Deleted at the voice provider; the carrier still has it. */
  deleted: boolean;
  entry: LedgerEntry;
}

/** A phone call, or a talk through a WebSocket. */
export type SimulatedConversation = SimulatedCall | SimulatedTalk;

export type ConversationStatus = 'initiated' | 'in-progress' | 'processing' | 'done' | 'failed';

/** ElevenLabs' word for the conversation's state. */
export function conversationStatus(call: SimulatedConversation): ConversationStatus {
  if (call.kind === 'talk') {
    if (call.endedAtMs === null) return 'in-progress';
    return call.settledAtMs === null ? 'processing' : 'done';
  }
  if (call.endedAtMs === null) return call.answeredAtMs === null ? 'initiated' : 'in-progress';
  if (!pickedUp(call.plan.reach)) return 'failed';
  return call.settledAtMs === null ? 'processing' : 'done';
}

/** The other party's number, E.164. */
export function personNumber(call: SimulatedCall): string {
  return call.direction === 'outbound' ? call.to : call.from;
}

/** All calls and talks, indexed for the look-ups of both providers' APIs. */
export class CallBook {
  readonly #calls: SimulatedCall[] = [];
  readonly #conversations: SimulatedConversation[] = [];
  readonly #byConversation = new Map<string, SimulatedConversation>();
  readonly #bySid = new Map<string, SimulatedCall>();
  readonly #byAttempt = new Map<string, SimulatedConversation[]>();
  readonly #byNumber = new Map<string, SimulatedCall[]>();

  get size(): number {
    return this.#calls.length;
  }

  get nextIndex(): number {
    return this.#conversations.length;
  }

  add(call: SimulatedCall): void {
    this.#calls.push(call);
    this.#bySid.set(call.callSid, call);
    append(this.#byNumber, call.to, call);
    append(this.#byNumber, call.from, call);
    this.#addConversation(call, [call.attemptId, call.userId]);
  }

  addTalk(talk: SimulatedTalk): void {
    const attemptId = talk.variables.attempt_id;
    this.#addConversation(talk, [typeof attemptId === 'string' ? attemptId : null, talk.userId]);
  }

  #addConversation(conversation: SimulatedConversation, keys: Array<string | null>): void {
    this.#conversations.push(conversation);
    this.#byConversation.set(conversation.conversationId, conversation);
    for (const key of new Set(keys)) if (key !== null) append(this.#byAttempt, key, conversation);
  }

  /** Null when it is unknown or deleted. */
  conversation(conversationId: string): SimulatedConversation | null {
    const found = this.#byConversation.get(conversationId);
    return found === undefined || found.deleted ? null : found;
  }

  /** Oldest first, including deleted ones. */
  conversations(): readonly SimulatedConversation[] {
    return this.#conversations;
  }

  sid(callSid: string): SimulatedCall | null {
    return this.#bySid.get(callSid) ?? null;
  }

  /** Oldest first. */
  all(): readonly SimulatedCall[] {
    return this.#calls;
  }

  /** The conversations with this attempt id or user id, oldest first. */
  attempt(id: string): readonly SimulatedConversation[] {
    return this.#byAttempt.get(id) ?? [];
  }

  /** The calls from and to this number, oldest first. */
  number(number: string): readonly SimulatedCall[] {
    return this.#byNumber.get(number) ?? [];
  }
}

function append<T>(index: Map<string, T[]>, key: string, item: T): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [item]);
  else list.push(item);
}

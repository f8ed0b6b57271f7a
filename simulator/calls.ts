import type { LedgerEntry } from './ledger.ts';
import { type CallPlan, pickedUp } from './people.ts';
import type { GivenContext, JsonObject, SimulatedTalk } from './talks.ts';

/** Why a call ended before its people were done: an operator hung up, or passed it to a person's phone. */
export type HangUp =
  | { by: 'operator'; plannedTalkSeconds: number }
  | { by: 'transfer'; to: string; plannedTalkSeconds: number };

/** One accepted call. What was said in it is made up again at every read, so that a hundred thousand fit. */
export interface SimulatedCall {
  kind: 'call';
  /** Position in the order of all conversations, from 0. */
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
  contexts: GivenContext[];
  hungUp: HangUp | null;
  /** Removed by request: the voice provider shows it no more, the carrier does. */
  deleted: boolean;
  entry: LedgerEntry;
}

/** A conversation of either kind: by telephone, or through a socket. */
export type SimulatedConversation = SimulatedCall | SimulatedTalk;

export type ConversationStatus = 'initiated' | 'in-progress' | 'processing' | 'done' | 'failed';

/** ElevenLabs' word for where the call stands. */
export function conversationStatus(call: SimulatedConversation): ConversationStatus {
  if (call.kind === 'talk') {
    if (call.endedAtMs === null) return 'in-progress';
    return call.settledAtMs === null ? 'processing' : 'done';
  }
  if (call.endedAtMs === null) return call.answeredAtMs === null ? 'initiated' : 'in-progress';
  if (!pickedUp(call.plan.reach)) return 'failed';
  return call.settledAtMs === null ? 'processing' : 'done';
}

/** The number of the person at the other end, E.164. */
export function personNumber(call: SimulatedCall): string {
  return call.direction === 'outbound' ? call.to : call.from;
}

/** All calls and talks, with the look-ups that the two providers' interfaces need. */
export class CallBook {
  readonly #calls: SimulatedCall[] = [];
  readonly #conversations: SimulatedConversation[] = [];
  readonly #byConversation = new Map<string, SimulatedConversation>();
  readonly #bySid = new Map<string, SimulatedCall>();
  readonly #byAttempt = new Map<string, SimulatedConversation[]>();
  readonly #byNumber = new Map<string, SimulatedCall[]>();

  /** How many calls there are. */
  get size(): number {
    return this.#calls.length;
  }

  /** The index of the next conversation. */
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

  /** Null for one that is unknown or was deleted. */
  conversation(conversationId: string): SimulatedConversation | null {
    const found = this.#byConversation.get(conversationId);
    return found === undefined || found.deleted ? null : found;
  }

  /** Oldest first, deleted ones among them. */
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

  /** Oldest first: the conversations whose attempt's id or user id this is. */
  attempt(id: string): readonly SimulatedConversation[] {
    return this.#byAttempt.get(id) ?? [];
  }

  /** Oldest first: the calls to and from a number. */
  number(number: string): readonly SimulatedCall[] {
    return this.#byNumber.get(number) ?? [];
  }
}

function append<T>(index: Map<string, T[]>, key: string, item: T): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [item]);
  else list.push(item);
}

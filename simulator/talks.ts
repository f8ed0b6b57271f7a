import type { ProviderVerdict } from '#domain/call.ts';
import type { LedgerWebhook } from './ledger.ts';

/** A JSON object as received. */
export type JsonObject = Record<string, unknown>;

/** Context given to the agent during a call; the other party does not hear it. */
export interface GivenContext {
  text: string;
  /** From the start of the conversation. */
  atSeconds: number;
}

/** One turn. Times are wall-clock seconds from the start, since a talk has a real person in it. */
export interface TalkTurn {
  role: 'agent' | 'user';
  text: string;
  atSeconds: number;
  /** The person spoke or wrote over it. */
  interrupted: boolean;
  /** How long the agent took to answer; null for the person's turns. */
  responseSeconds: number | null;
}

/** The outcome so far, for the analysis. */
export interface TalkOutcome {
  interested: boolean | null;
  meetingAt: Date | null;
  optedOut: boolean;
}

/** A conversation over a WebSocket, spoken or written, without a phone call. */
export interface SimulatedTalk {
  kind: 'talk';
  /** Position among all conversations, from 0. */
  index: number;
  conversationId: string;
  agentId: string;
  userId: string | null;
  /** `conversation_initiation_client_data` as received. */
  clientData: JsonObject;
  variables: JsonObject;
  textOnly: boolean;
  language: string;
  voiceId: string;
  authorization: 'public' | 'signed_url' | 'authorization_header';
  /** ElevenLabs' word for the client library, e.g. `js_sdk`. */
  source: string;
  /** Wall clock, Unix milliseconds; the other times are null until they have happened. */
  startedAtMs: number;
  endedAtMs: number | null;
  settledAtMs: number | null;
  listedFromMs: number;
  turns: TalkTurn[];
  contexts: GivenContext[];
  outcome: TalkOutcome;
  terminationReason: string;
  /** The listener's rating in the client; null for none. */
  feedback: 'like' | 'dislike' | null;
  drifts: boolean;
  deleted: boolean;
  entry: { webhooks: LedgerWebhook[] };
}

export function talkVerdict({ outcome }: SimulatedTalk): ProviderVerdict {
  if (outcome.meetingAt !== null) return 'success';
  return outcome.optedOut || outcome.interested === false ? 'failure' : 'unknown';
}

/** Whole wall-clock seconds; at least 1 for a finished talk. */
export function talkSeconds(talk: SimulatedTalk, now: number): number {
  const seconds = Math.round(((talk.endedAtMs ?? now) - talk.startedAtMs) / 1000);
  return talk.endedAtMs === null ? Math.max(seconds, 0) : Math.max(seconds, 1);
}

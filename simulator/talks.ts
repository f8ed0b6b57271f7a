import type { ProviderVerdict } from '#domain/call.ts';
import type { LedgerWebhook } from './ledger.ts';

/** A JSON object as it came over the wire. */
export type JsonObject = Record<string, unknown>;

/** Something said to the agent during a call without the other side hearing it. */
export interface GivenContext {
  text: string;
  /** From the start of the conversation. */
  atSeconds: number;
}

/** One thing said in a talk. Times are wall-clock seconds from its start: a talk has a real person at its end. */
export interface TalkTurn {
  role: 'agent' | 'user';
  text: string;
  atSeconds: number;
  /** The person spoke or wrote into it. */
  interrupted: boolean;
  /** What the agent took for its answer, in seconds; null for what the person said. */
  responseSeconds: number | null;
}

/** What has come of a talk so far, as its analysis will say it. */
export interface TalkOutcome {
  interested: boolean | null;
  meetingAt: Date | null;
  optedOut: boolean;
}

/** A conversation through a socket, by voice or in writing, with no telephone in it. */
export interface SimulatedTalk {
  kind: 'talk';
  /** Position in the order of all conversations, from 0. */
  index: number;
  conversationId: string;
  agentId: string;
  userId: string | null;
  /** `conversation_initiation_client_data` as it was sent. */
  clientData: JsonObject;
  variables: JsonObject;
  textOnly: boolean;
  language: string;
  voiceId: string;
  authorization: 'public' | 'signed_url' | 'authorization_header';
  /** ElevenLabs' word for the client library, `js_sdk` for instance. */
  source: string;
  /** Wall clock, Unix milliseconds; null while it has not happened. */
  startedAtMs: number;
  endedAtMs: number | null;
  settledAtMs: number | null;
  listedFromMs: number;
  turns: TalkTurn[];
  contexts: GivenContext[];
  outcome: TalkOutcome;
  terminationReason: string;
  /** What a listener thought of it, by the button in the client; null for nothing. */
  feedback: 'like' | 'dislike' | null;
  drifts: boolean;
  deleted: boolean;
  entry: { webhooks: LedgerWebhook[] };
}

/** The verdict on a talk by what came of it. */
export function talkVerdict({ outcome }: SimulatedTalk): ProviderVerdict {
  if (outcome.meetingAt !== null) return 'success';
  return outcome.optedOut || outcome.interested === false ? 'failure' : 'unknown';
}

/** Whole seconds of the wall clock, at least 1 for a talk that is over. */
export function talkSeconds(talk: SimulatedTalk, now: number): number {
  const seconds = Math.round(((talk.endedAtMs ?? now) - talk.startedAtMs) / 1000);
  return talk.endedAtMs === null ? Math.max(seconds, 0) : Math.max(seconds, 1);
}

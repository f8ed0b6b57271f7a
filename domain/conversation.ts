import type { CallKind, CallStatus, Direction, ProviderVerdict, Reach, Sentiment } from './call.ts';

/** Voice providers and carriers whose webhooks are stored, by the names of their adapters. */
export const PROVIDERS = ['elevenlabs', 'twilio'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** Who speaks in a transcript; the user is the person. */
export const SPEAKERS = ['user', 'agent'] as const;
export type Speaker = (typeof SPEAKERS)[number];

/** Who picked up, by the carrier's machine detection. */
export type AnsweredBy = 'machine' | 'person';

/** One turn of a conversation. `atSeconds` counts from the start of the call. */
export interface TranscriptTurn {
  role: Speaker;
  text: string;
  atSeconds: number | null;
  /** The person interrupted it. */
  interrupted?: boolean;
}

/** Figures for comparing agents. Null where the provider gives none. */
export interface ConversationQuality {
  /** From the connection to the agent's first sound. */
  firstAudioMs: number | null;
  /** Mean time from the end of what the person said to the agent's sound. */
  responseMs: number | null;
  userTurns: number;
  agentTurns: number;
  interruptions: number;
  /** Words wrong, missing or added, divided by the words that were said: 0 is perfect, it may exceed 1. */
  wordErrorRate: number | null;
}

/**
 * What a provider reported about one conversation, in our own words, from whichever channel (webhook, read, list).
 * Every field but the id may be missing: unanswered calls carry little, and payloads drift.
 */
export interface ConversationFacts {
  conversationId: string;
  agentId: string | null;
  /** The attempt's id as it was sent with the dial, read back from the variables or the user id. */
  attemptId: string | null;
  callSid: string | null;
  direction: Direction | null;
  /** The agent's number, E.164. */
  agentNumber: string | null;
  /** The person's number, E.164. */
  externalNumber: string | null;
  /** `ended` only when the provider will add nothing more to the outcome. */
  status: CallStatus;
  /** Null until a payload decides it. */
  reach: Reach | null;
  startedAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
  talkSeconds: number | null;
  /** What the provider charges; null when unknown. */
  costCents: number | null;
  verdict: ProviderVerdict | null;
  summary: string | null;
  terminationReason: string | null;
  /** Why the call failed, as the provider put it. */
  failure: string | null;
  transcript: TranscriptTurn[] | null;
  /** Values the agent collected, by data-collection id. */
  dataCollection: Record<string, unknown>;
  /** Results of the agent's criteria, by criterion id. */
  evaluation: Record<string, ProviderVerdict>;
  sentiment: Sentiment | null;
  quality: ConversationQuality | null;
  hasAudio: boolean | null;
  /** From the carrier, in an event of its own, perhaps after the conversation's end. */
  answeredBy?: AnsweredBy;
  kind: CallKind | null;
  /** Our own variables that were sent with the conversation, by name. */
  variables: Record<string, unknown>;
  /** The payload as received. */
  raw: unknown;
}

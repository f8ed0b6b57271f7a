import type { ConversationFacts } from '../domain/conversation.ts';

/** One dial. `attemptId` travels as user id and as the dynamic variable `attempt_id`, so that a call whose answer was lost can be found. */
export interface DialRequest {
  attemptId: string;
  agentId: string;
  phoneNumberId: string;
  /** E.164. */
  to: string;
  ringSeconds: number;
  maxCallSeconds: number;
  variables: Record<string, string | number | boolean>;
  overrides?: { prompt?: string; firstMessage?: string; language?: string; voiceId?: string };
  /** Our own deadline for the whole answer, body included. */
  timeoutMs: number;
}

/**
 * What a dial answered. `refused` and `deferred` are certain: no phone rang. `ambiguous` says nothing either
 * way and must be looked up, never dialled again blindly. `status` is the HTTP status, 0 when the request was
 * refused before it was sent.
 */
export type DialAnswer =
  | { kind: 'placed'; conversationId: string; callSid: string | null }
  | { kind: 'refused'; cause: 'number' | 'configuration' | 'other'; status: number; message: string }
  | { kind: 'deferred'; cause: 'throttled' | 'unreachable'; retryAfterMs: number | null; message: string }
  | { kind: 'ambiguous'; cause: 'timeout' | 'connection' | 'server_error' | 'malformed'; message: string };

/** A row of the provider's conversation list. */
export interface ConversationListItem {
  conversationId: string;
  agentId: string | null;
  startedAt: Date | null;
  durationSeconds: number | null;
  status: ConversationFacts['status'];
  verdict: ConversationFacts['verdict'];
}

export interface ConversationListQuery {
  agentId?: string;
  attemptId?: string;
  startedAfter?: Date;
  startedBefore?: Date;
  cursor?: string;
  /** At most 100. */
  pageSize?: number;
}

export interface Agent {
  agentId: string;
  name: string;
}

export interface PhoneNumber {
  phoneNumberId: string;
  /** E.164. */
  phoneNumber: string;
  label: string;
  provider: string;
  supportsOutbound: boolean;
  assignedAgentId: string | null;
}

/** Calls made by voice agents. Every method but `dial` throws `ProviderError`. */
export interface VoiceProvider {
  /** Dials once. Never throws and never repeats the request: every outcome is a `DialAnswer`. */
  dial(request: DialRequest): Promise<DialAnswer>;
  /** Null when the provider knows no such conversation. */
  getConversation(conversationId: string): Promise<ConversationFacts | null>;
  listConversations(
    query: ConversationListQuery,
  ): Promise<{ items: ConversationListItem[]; nextCursor: string | null }>;
  listAgents(): Promise<Agent[]>;
  getAgent(agentId: string): Promise<Agent | null>;
  listPhoneNumbers(): Promise<PhoneNumber[]>;
  /** Resolves when the account answers with the configured key. */
  ping(): Promise<void>;
}

export type CarrierCallStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

/** A call as the carrier knows it. */
export interface CarrierCall {
  callSid: string;
  status: CarrierCallStatus;
  to: string;
  from: string;
  startedAt: Date | null;
  endedAt: Date | null;
  durationSeconds: number | null;
  answeredBy: string | null;
}

/** The telephone company below the voice provider; absent when no carrier account is configured. */
export interface Carrier {
  /** Null when the carrier knows no such call. */
  getCall(callSid: string): Promise<CarrierCall | null>;
  /** Calls to a number since an instant, newest first. Throws `ProviderError`. */
  findCalls(query: { to: string; from?: string; since: Date }): Promise<CarrierCall[]>;
}

/** A provider's answer that is neither success nor "not found". `retryable` is false for 4xx but 408 and 429. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly provider: 'elevenlabs' | 'twilio';
  readonly status: number | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    details: {
      provider: 'elevenlabs' | 'twilio';
      status: number | null;
      retryable: boolean;
      retryAfterMs?: number | null;
      cause?: unknown;
    },
  ) {
    super(message, { cause: details.cause });
    this.provider = details.provider;
    this.status = details.status;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

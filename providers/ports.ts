import type { ConversationFacts, ProviderName } from '#domain/conversation.ts';
import type { Meeting } from '#domain/meeting.ts';

/** A webhook's request as it came, before anything in it is believed. */
export interface IncomingRequest {
  /** The public address that it was sent to, with its query; null when no public address is configured. */
  url: string | null;
  /** A header's value. The name is in lower case. */
  header(name: string): string | undefined;
  body: Uint8Array;
}

/** A provider's payload in its own words: a JSON object, or the fields of a form. */
export type Payload = Readonly<Record<string, unknown>>;

/**
 * Whether a request is its provider's own, and what it says: only a request that was verified is parsed, and it is
 * parsed once. `redeliveryKey` is the same in every redelivery; null when the sender gives none. `unreadable`: the
 * sender is genuine, and the body is no payload.
 */
export type Verification =
  | { ok: true; payload: Payload; redeliveryKey: string | null }
  | { ok: false; reason: 'missing' | 'malformed' | 'stale' | 'future' | 'mismatch' }
  | { ok: false; reason: 'wrong-secret' | 'unreadable' };

/** A recording as the provider sent it. */
export interface RecordingFile {
  contentType: string;
  bytes: Buffer;
}

/**
 * What a voice provider's webhook says. `conversation`: facts about a call. `recording`: its sound; null when it
 * cannot be read. `other`: nothing about a call. `unreadable`: it should name a conversation and does not.
 */
export type VoiceEvent = {
  /** The provider's own word for it. */
  type: string;
  /** As it is stored, without a recording. `parseEvent` reads it again. */
  payload: Payload;
} & (
  | { kind: 'conversation'; conversationId: string; facts: ConversationFacts }
  | { kind: 'recording'; conversationId: string; recording: RecordingFile | null }
  | { kind: 'other' | 'unreadable'; conversationId: null }
);

/**
 * One dial. `attemptId` is sent as user id and as the dynamic variable `attempt_id`, so that a call whose answer was
 * lost can be found.
 */
export interface DialRequest {
  attemptId: string;
  phoneNumberId: string;
  /** E.164. */
  to: string;
  ringSeconds: number;
  maxCallSeconds: number;
  variables: Record<string, string | number | boolean>;
  overrides?: { prompt?: string; firstMessage?: string; language?: string; voiceId?: string };
  /** Our own deadline for the whole answer, body included. */
  timeoutMs: number;
  /** Asked right before the request is written to the connection. Where it says no, nothing is sent. */
  maySend(): boolean;
}

/** Everything of a dial that takes time before its request is done: what is left is the request. */
export interface PreparedDial {
  readonly agentId: string;
  /** Dials once. Never throws and never repeats the request: every outcome is a `DialAnswer`. */
  send(request: DialRequest): Promise<DialAnswer>;
}

/**
 * What a dial answered. `refused` and `deferred` are certain: no phone rang. `ambiguous` leaves it
 * open: it must be looked up, and never dialled again blindly. `kept_back`: `maySend` said no. `status` is the HTTP status, 0 when the request was
 * refused before it was sent.
 */
export type DialAnswer =
  | { kind: 'placed'; conversationId: string; callSid: string | null }
  | { kind: 'refused'; cause: 'number' | 'configuration' | 'other'; status: number; message: string }
  | { kind: 'deferred'; cause: 'throttled' | 'unreachable'; retryAfterMs: number | null; message: string }
  | { kind: 'ambiguous'; cause: 'timeout' | 'connection' | 'server_error' | 'malformed'; message: string }
  | { kind: 'kept_back' };

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
  verdict?: ConversationFacts['verdict'];
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

/** An agent as its provider keeps it; null where the provider does not say. */
export interface AgentDetail extends Agent {
  firstMessage: string | null;
  prompt: string | null;
  language: string | null;
  voiceId: string | null;
  llm: string | null;
  maxCallSeconds: number | null;
  /** Which overrides the agent takes. */
  overrides: {
    prompt: boolean;
    firstMessage: boolean;
    language: boolean;
    voice: boolean;
    stability: boolean;
    speed: boolean;
    similarityBoost: boolean;
    textOnly: boolean;
    maxCallSeconds: boolean;
  };
  dataCollection: { id: string; type: string; description: string | null }[];
  criteria: { id: string; name: string | null }[];
  phoneNumberIds: string[];
  /** Concurrent calls, -1 for no limit of its own. */
  concurrencyLimit: number | null;
  monitoringEnabled: boolean | null;
}

export interface Voice {
  voiceId: string;
  name: string;
  category: string | null;
  description: string | null;
  labels: Record<string, string>;
  previewUrl: string | null;
}

/** Bytes as they come; `contentType` as the provider says. */
export interface AudioStream {
  contentType: string;
  body: ReadableStream<Uint8Array>;
}

/** How a browser joins an agent: one of the two, and only for minutes. */
export type BrowserJoin = { signedUrl: string } | { token: string; conversationId: string | null };

/** A text-only talk with an agent: what the other party writes, and the agent's answer. */
export interface TextTalk {
  /** Sends one message and resolves with the agent's whole answer. */
  say(text: string): Promise<string>;
  readonly conversationId: string;
  close(): void;
}

/** How a live call took a command. `unavailable`: the account or agent has no monitoring; `gone`: the call is over. */
export type LiveCommandAnswer = 'done' | 'unavailable' | 'gone';

export type LiveCommand =
  | { kind: 'end' }
  | { kind: 'context'; text: string }
  | { kind: 'transfer'; to: string };

export interface PhoneNumber {
  phoneNumberId: string;
  /** E.164. */
  phoneNumber: string;
  label: string;
  provider: string;
  supportsOutbound: boolean;
  assignedAgentId: string | null;
  /** Texts to it go to the voice provider and never reach us; null when it did not say. */
  takesTexts: boolean | null;
}

/** Calls made by voice agents. Every method that asks the provider throws `ProviderError`, except for a dial. */
export interface VoiceProvider {
  readonly name: ProviderName;
  /** The agent of campaigns that name none. */
  readonly defaultAgentId: string | null;
  /** Checks a webhook over its raw body. */
  verifyEvent(request: IncomingRequest, now: Date): Verification;
  /** Reads a payload that was verified, or stored. Never throws. */
  parseEvent(payload: Payload): VoiceEvent;
  /** Checks the question who is calling, which comes while an inbound call begins. */
  verifyCallStart(request: IncomingRequest, now: Date): Verification;
  /** Whoever calls, as the provider writes it; empty when it is withheld. */
  parseCallStart(payload: Payload): { caller: string };
  /** Reads what a dial by this agent needs, and opens the way. Never throws. */
  prepareDial(agentId: string): Promise<PreparedDial>;
  /** Null when the provider knows no such conversation. */
  getConversation(conversationId: string): Promise<ConversationFacts | null>;
  listConversations(
    query: ConversationListQuery,
  ): Promise<{ items: ConversationListItem[]; nextCursor: string | null }>;
  listAgents(): Promise<Agent[]>;
  getAgent(agentId: string): Promise<AgentDetail | null>;
  searchVoices(query: {
    search?: string;
    cursor?: string;
    pageSize?: number;
  }): Promise<{ items: Voice[]; nextCursor: string | null }>;
  /** Speech of a text, as MP3. */
  speak(request: { voiceId: string; text: string }): Promise<AudioStream>;
  /** A conversation's recording; null when there is none. */
  getAudio(conversationId: string): Promise<AudioStream | null>;
  /** For one browser session with an agent. */
  joinFromBrowser(request: { agentId: string; how: 'websocket' | 'webrtc' }): Promise<BrowserJoin>;
  /** Opens a text-only session from here. `timeoutMs` bounds the opening and every answer. */
  openTextTalk(request: {
    agentId: string;
    variables: Record<string, string | number | boolean>;
    timeoutMs: number;
  }): Promise<TextTalk>;
  /** Through the monitor socket of a live conversation. */
  command(conversationId: string, command: LiveCommand): Promise<LiveCommandAnswer>;
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
  readonly name: ProviderName;
  /** Checks a webhook over its address and its raw body. */
  verify(request: IncomingRequest): Verification;
  /** A text that was sent to one of our numbers. Null when the payload names no message, sender or receiver. */
  parseText(payload: Payload): InboundText | null;
  /** A delivery report. Null when the payload names no message, or no status that we know. */
  parseTextReport(payload: Payload): TextReport | null;
  /** Null when the carrier knows no such call. */
  getCall(callSid: string): Promise<CarrierCall | null>;
  /** Calls to a number since an instant, newest first. Throws `ProviderError`. */
  findCalls(query: { to: string; from?: string; since: Date }): Promise<CarrierCall[]>;
  /** Hangs up. False when the call is over already or unknown. */
  endCall(callSid: string): Promise<boolean>;
  /** Sends once. Never throws and never repeats the request. */
  sendText(request: TextRequest): Promise<TextAnswer>;
  /** Null when the carrier knows no such text. Throws `ProviderError`. */
  getText(messageSid: string): Promise<CarrierText | null>;
  /** Texts to a number since an instant, newest first. Throws `ProviderError`. */
  findTexts(query: { to: string; from?: string; since: Date }): Promise<CarrierText[]>;
}

/** One text. `from` is one of our numbers or a messaging service (`MG…`). */
export interface TextRequest {
  from: string;
  to: string;
  body: string;
  /** Where delivery reports go; null for none. */
  statusCallback: string | null;
  timeoutMs: number;
  /** Asked right before the request is handed to the connection. Where it says no, nothing is sent. */
  maySend(): boolean;
}

/** As `DialAnswer`: `refused` and `kept_back` are certain, `ambiguous` must be looked up before it is sent again. */
export type TextAnswer =
  | { kind: 'sent'; messageSid: string; status: CarrierTextStatus; segments: number | null }
  | { kind: 'refused'; code: number | null; status: number; message: string; optedOut: boolean }
  | { kind: 'deferred'; retryAfterMs: number | null; message: string }
  | { kind: 'ambiguous'; message: string }
  | { kind: 'kept_back' };

/** https://www.twilio.com/docs/messaging/api/message-resource#message-status-values */
export type CarrierTextStatus =
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'canceled'
  | 'read'
  | 'receiving'
  | 'received'
  | 'accepted'
  | 'scheduled'
  | 'partially_delivered';

export interface CarrierText {
  messageSid: string;
  to: string;
  from: string;
  body: string;
  status: CarrierTextStatus;
  sentAt: Date | null;
  errorCode: number | null;
  /** It was refused because the recipient has sent STOP to this sender. */
  optedOut: boolean;
}

/** A text that somebody sent to one of our numbers. */
export interface InboundText {
  messageSid: string;
  /** As the carrier writes them: E.164, a short code, or an address of another channel such as `whatsapp:+…`. */
  from: string;
  to: string;
  /** Empty for a picture without words. */
  body: string;
  media: { url: string; contentType: string | null }[];
  segments: number | null;
  messagingServiceSid: string | null;
  /** The carrier's own reading of a keyword, which it has then answered by itself; null when it has none. */
  optOut: 'stop' | 'start' | 'help' | null;
}

/** What became of a text of ours. */
export interface TextReport {
  messageSid: string;
  status: CarrierTextStatus;
  errorCode: number | null;
  /** As in `CarrierText`. */
  optedOut: boolean;
  /** Empty when the report does not say. */
  to: string;
  from: string;
}

/** An outbound webhook, as one attempt sends it. */
export interface OutboundRequest {
  url: string;
  /** The message's id, the same in every attempt. */
  id: string;
  /** Signed as it is sent. */
  body: string;
  /** `whsec_` and base64; each of them signs. */
  secrets: readonly string[];
  /** When this attempt is made; receivers refuse what is minutes away from their own clock. */
  at: Date;
}

/** What one attempt came to. `blocked`: nothing was sent, because of where it would have gone. */
export type OutboundAnswer =
  | { kind: 'answered'; status: number; retryAfterMs: number | null }
  | { kind: 'blocked'; reason: string }
  | { kind: 'unanswered'; reason: string };

/** Sends outbound webhooks. */
export interface WebhookSender {
  /** Sends once. Never throws, follows no redirect and repeats nothing. */
  send(webhook: OutboundRequest): Promise<OutboundAnswer>;
  /**
   * What can be said against an endpoint's URL before anything is sent to it, or null. Names are not resolved here:
   * what they resolve to is judged at every connection.
   */
  urlProblem(url: string): string | null;
  close(): Promise<void>;
}

/** Sends mail; absent when none is configured. */
export interface Mailer {
  /** Whom mails are from. */
  readonly from: { address: string; name: string | null };
  /** Resolves with the Message-ID. @throws MailError, `permanent` when sending it again would not help. */
  send(mail: Mail): Promise<{ messageId: string }>;
  ping(): Promise<void>;
}

export interface Mail {
  /** Chosen by us, the same in every attempt, so that a receiver recognises a repetition. */
  messageId: string;
  to: { address: string; name: string | null };
  subject: string;
  text: string;
  html: string;
  /** Sent along as a calendar file: the sender invites the recipient. */
  invitation: Invitation | null;
}

/** A meeting that a mail invites to. */
export interface Invitation {
  /** The same in every mail about this meeting. */
  uid: string;
  meeting: Meeting;
  title: string;
  /** When the invitation was written. */
  stamp: Date;
}

export class MailError extends Error {
  override readonly name = 'MailError';
  readonly permanent: boolean;

  constructor(message: string, details: { permanent: boolean; cause?: unknown }) {
    super(message, { cause: details.cause });
    this.permanent = details.permanent;
  }
}

/** A provider's answer that is neither success nor "not found". `retryable` is false for 4xx but 408 and 429. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly provider: ProviderName;
  readonly status: number | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    details: {
      provider: ProviderName;
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

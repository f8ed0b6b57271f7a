import type { CallKind, CallStatus, Direction, Reach } from '#domain/call.ts';
import type { ConversationFacts } from '#domain/conversation.ts';
import { isCountryCode, parsePhone } from '#domain/phone.ts';
import type { ConversationListItem } from '../ports.ts';
import {
  answeredByOf,
  dataCollectionOf,
  evaluationOf,
  qualityOf,
  sentimentOf,
  transcriptOf,
  verdictOf,
} from './analysis.ts';
import {
  e164Of,
  type Fields,
  field,
  fieldsOf,
  instantOf,
  instantOfText,
  isFields,
  numberOf,
  secondsOf,
  storable,
  textOf,
} from './fields.ts';
import { reachOfCallResult, reachOfEndedCall } from './reach.ts';

/**
 * One conversation, from the post-call webhook's `data`, from a single read or from a row of the list, in the
 * wire's snake_case or the SDK's camelCase. Every field but the id may be missing, null, of another type or
 * accompanied by unknown ones.
 *
 * `final` says that the channel itself proves the end: the post-call webhook is sent after the analysis. The charge is
 * in credits; without their price the cost is null.
 *
 * @throws UnreadablePayloadError without a conversation id, and for nothing else.
 */
export function normaliseConversation(
  payload: unknown,
  { final = false, centsPerCredit = null }: { final?: boolean; centsPerCredit?: number | null } = {},
): ConversationFacts {
  const conversation = fieldsOf(payload);
  const conversationId = conversationIdOf(payload);
  const metadata = fieldsOf(field(conversation, 'metadata'));
  const phoneCall = fieldsOf(field(metadata, 'phone_call'));
  const analysis = fieldsOf(field(conversation, 'analysis'));
  const status = final ? 'ended' : statusOf(conversation);
  const terminationReason = textOf(
    field(metadata, 'termination_reason') ?? field(conversation, 'termination_reason'),
  );
  const failed = field(conversation, 'status') === 'failed';
  const failure = failureOf(conversation, metadata) ?? (failed ? (terminationReason ?? 'failed') : null);
  const reach =
    status === 'ended' ? reachOfEndedCall(conversation, { failed, terminationReason, failure }) : null;
  const startedAt = instantOf(
    field(metadata, 'start_time_unix_secs') ?? field(conversation, 'start_time_unix_secs'),
  );
  const answeredAt = instantOf(field(metadata, 'accepted_time_unix_secs'));
  const durationSeconds = durationOf(conversation, metadata);
  const ended = status === 'ended';
  const agentNumber = e164Of(field(phoneCall, 'agent_number'));
  const dataCollection = dataCollectionOf(analysis);
  const evaluation = evaluationOf(analysis);
  return {
    conversationId,
    agentId: textOf(field(conversation, 'agent_id')),
    attemptId: attemptIdOf(conversation),
    callSid: textOf(field(phoneCall, 'call_sid')),
    direction: directionOf(field(phoneCall, 'direction') ?? field(conversation, 'direction')),
    agentNumber,
    externalNumber: numberNear(field(phoneCall, 'external_number'), agentNumber),
    status,
    reach,
    startedAt,
    answeredAt,
    endedAt: ended ? secondsAfter(answeredAt ?? startedAt, durationSeconds) : null,
    talkSeconds: ended ? talkSecondsOf(reach, durationSeconds) : null,
    costCents: costOf(field(metadata, 'cost'), centsPerCredit),
    verdict: verdictOf(field(analysis, 'call_successful') ?? field(conversation, 'call_successful')),
    summary: textOf(field(analysis, 'transcript_summary') ?? field(conversation, 'transcript_summary')),
    terminationReason,
    failure,
    transcript: transcriptOf(field(conversation, 'transcript')),
    dataCollection,
    evaluation,
    sentiment: sentimentOf(dataCollection, evaluation),
    quality: ended ? qualityOf(field(conversation, 'transcript')) : null,
    hasAudio: hasAudioOf(field(conversation, 'has_audio')),
    kind: kindOf(conversation, metadata, phoneCall),
    variables: variablesOf(conversation),
    raw: storable(payload),
  };
}

/**
 * The `call_initiation_failure` webhook's `data`: nobody answered. For Twilio its `metadata.body` holds the
 * carrier's status callback; there are no variables in it, so that the attempt is found by conversation or call id.
 *
 * @throws UnreadablePayloadError without a conversation id.
 */
export function normaliseInitiationFailure(payload: unknown): ConversationFacts {
  const data = fieldsOf(payload);
  const body = fieldsOf(field(fieldsOf(field(data, 'metadata')), 'body'));
  const carrierStatus = textOf(body.CallStatus);
  const reason = textOf(field(data, 'failure_reason'));
  const inbound = textOf(body.Direction)?.startsWith('inbound') ?? false;
  const to = e164Of(body.To ?? field(body, 'to_number'));
  const from = e164Of(body.From ?? field(body, 'from_number'));
  return {
    conversationId: conversationIdOf(payload),
    agentId: textOf(field(data, 'agent_id')),
    attemptId: attemptIdOf(data),
    callSid: textOf(body.CallSid ?? field(body, 'call_sid')),
    direction: inbound ? 'inbound' : 'outbound',
    agentNumber: inbound ? to : from,
    externalNumber: inbound ? from : to,
    status: 'ended',
    reach: failureReach(reason) ?? failureReach(carrierStatus) ?? 'failed',
    startedAt: null,
    answeredAt: null,
    endedAt: instantOfText(body.Timestamp),
    talkSeconds: 0,
    costCents: null,
    verdict: null,
    summary: null,
    terminationReason: null,
    failure: failureWords(reason, carrierStatus, body),
    transcript: null,
    dataCollection: {},
    evaluation: {},
    sentiment: null,
    quality: null,
    hasAudio: null,
    kind: 'phone',
    variables: {},
    raw: storable(payload),
  };
}

/**
 * The `answering_machine_detection` webhook's `data`: who picked up, and nothing of how the call went on. It may
 * come before or after the end.
 *
 * @throws UnreadablePayloadError without a conversation id.
 */
export function normaliseMachineDetection(payload: unknown): ConversationFacts {
  const answeredBy = answeredByOf(fieldsOf(payload));
  return {
    // Whatever else is in it, it must not end the call.
    ...normaliseConversation({ conversation_id: conversationIdOf(payload), status: 'in-progress' }),
    callSid: textOf(field(fieldsOf(payload), 'call_sid')),
    kind: 'phone',
    ...(answeredBy === null ? {} : { answeredBy }),
    raw: storable(payload),
  };
}

/** A row of the provider's list, or null when it names no conversation. */
export function normaliseListItem(row: unknown): ConversationListItem | null {
  const item = fieldsOf(row);
  const conversationId = textOf(field(item, 'conversation_id'));
  if (conversationId === null) return null;
  return {
    conversationId,
    agentId: textOf(field(item, 'agent_id')),
    startedAt: instantOf(field(item, 'start_time_unix_secs')),
    durationSeconds: secondsOf(field(item, 'call_duration_secs')),
    status: statusOf(item),
    verdict: verdictOf(field(item, 'call_successful')),
  };
}

/**
 * `initiated` is the record that the dial created: the phone rings, nobody has spoken. `processing` means that the
 * call is over but its analysis is not, so that more facts will come: not ended yet. A call result of busy, no
 * answer or failed is final whatever the status says, since no conversation can follow it.
 */
function statusOf(conversation: Fields): CallStatus {
  switch (field(conversation, 'status')) {
    case 'done':
    case 'failed':
      return 'ended';
    default:
  }
  const reach = reachOfCallResult(conversation);
  if (reach === 'busy' || reach === 'no_answer' || reach === 'failed') return 'ended';
  switch (field(conversation, 'status')) {
    case 'initiated':
      return 'ringing';
    case 'in-progress':
    case 'in_progress':
    case 'processing':
      return 'in_progress';
    default:
      // The status is gone or new to us; an analysis exists only after the end.
      return isFields(field(conversation, 'analysis')) ? 'ended' : 'in_progress';
  }
}

/** What the database keeps of one call. Beyond it, the charge is some other quantity. */
const MAX_COST_CENTS = 99_999_999;

function costOf(credits: unknown, centsPerCredit: number | null): number | null {
  const charge = numberOf(credits);
  if (charge === null || centsPerCredit === null) return null;
  const cents = charge * centsPerCredit;
  return Math.abs(cents) <= MAX_COST_CENTS ? cents : null;
}

function hasAudioOf(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** A number as E.164, also in the national form of the country of the number it talked with. */
function numberNear(value: unknown, near: string | null): string | null {
  const text = textOf(value)?.trim();
  if (text !== undefined && near !== null && !/^(\+|00)/.test(text)) {
    const home = parsePhone(near);
    const country = home.ok ? home.country : null;
    const read = country !== null && isCountryCode(country) ? parsePhone(text, country) : null;
    if (read?.ok) return read.e164;
  }
  return e164Of(value);
}

function directionOf(value: unknown): Direction | null {
  return value === 'outbound' || value === 'inbound' ? value : null;
}

function durationOf(conversation: Fields, metadata: Fields): number | null {
  return secondsOf(field(metadata, 'call_duration_secs') ?? field(conversation, 'call_duration_secs'));
}

/** Calls that reached nobody have no talk, though the provider may count their ringing. */
function talkSecondsOf(reach: Reach | null, durationSeconds: number | null): number | null {
  switch (reach) {
    case 'busy':
    case 'no_answer':
    case 'failed':
    case 'not_placed':
      return 0;
    case 'answered':
    case 'voicemail':
    case 'unknown':
    case null:
      return durationSeconds === null ? null : Math.round(durationSeconds);
  }
}

function secondsAfter(instant: Date | null, seconds: number | null): Date | null {
  return instant === null || seconds === null ? null : new Date(instant.getTime() + seconds * 1000);
}

function failureOf(conversation: Fields, metadata: Fields): string | null {
  const error = fieldsOf(field(metadata, 'error'));
  const code = numberOf(field(error, 'code'));
  return (
    textOf(field(error, 'reason')) ??
    textOf(field(error, 'message')) ??
    (code === null ? null : `error ${code}`) ??
    textOf(field(conversation, 'failure_reason'))
  );
}

/** `busy`, `no-answer`, `unknown` from the provider; `busy`, `no-answer`, `failed`, `canceled` from the carrier. */
function failureReach(reason: string | null): 'busy' | 'no_answer' | null {
  switch (reason) {
    case 'busy':
      return 'busy';
    case 'no-answer':
    case 'no_answer':
      return 'no_answer';
    default:
      return null;
  }
}

function failureWords(reason: string | null, carrierStatus: string | null, body: Fields): string {
  const sip = numberOf(body.SipResponseCode) ?? numberOf(field(body, 'sip_status_code'));
  const details = [
    carrierStatus === reason ? null : carrierStatus,
    textOf(field(body, 'error_reason')),
    sip === null ? null : `SIP ${sip}`,
  ].filter((detail) => detail !== null);
  const words = reason ?? 'unknown';
  return details.length === 0 ? words : `${words} (${details.join(', ')})`;
}

/** The payload cannot be tied to any conversation: not an object, or without a conversation id. */
export class UnreadablePayloadError extends Error {
  override readonly name = 'UnreadablePayloadError';
}

/** The conversation's id. @throws UnreadablePayloadError when there is none. */
export function conversationIdOf(payload: unknown): string {
  const id = textOf(field(fieldsOf(payload), 'conversation_id'));
  if (id === null) throw new UnreadablePayloadError('the payload names no conversation');
  return id;
}

/** The attempt that it was dialled for. The dynamic variable is ours alone; the user id may be somebody else's. */
function attemptIdOf(conversation: Fields): string | null {
  const initiation = fieldsOf(field(conversation, 'conversation_initiation_client_data'));
  return (
    textOf(field(dynamicVariablesOf(conversation), 'attempt_id')) ??
    textOf(field(initiation, 'user_id')) ??
    textOf(field(conversation, 'user_id'))
  );
}

const PHONE_SOURCES = /twilio|sip|exotel|plivo|telnyx|vonage|genesys|phone/i;

/** A talk over the web has metadata without a phone call in it; a payload without metadata says nothing about it. */
function kindOf(conversation: Fields, metadata: Fields, phoneCall: Fields): CallKind | null {
  if (Object.keys(phoneCall).length > 0) return 'phone';
  const source =
    textOf(field(metadata, 'conversation_initiation_source')) ??
    textOf(field(conversation, 'conversation_initiation_source'));
  if (source !== null && PHONE_SOURCES.test(source)) return 'phone';
  if (textOf(field(dynamicVariablesOf(conversation), 'system__call_sid')) !== null) return 'phone';
  return Object.keys(metadata).length > 0 ? 'browser' : null;
}

function dynamicVariablesOf(conversation: Fields): Fields {
  return fieldsOf(
    field(fieldsOf(field(conversation, 'conversation_initiation_client_data')), 'dynamic_variables'),
  );
}

const MOST_VARIABLES = 200;

/** The variables that were sent with the conversation, as text; the platform's own and secret ones are left out. */
function variablesOf(conversation: Fields): Record<string, string> {
  const variables: [string, string][] = [];
  for (const [name, value] of Object.entries(dynamicVariablesOf(conversation)).slice(0, MOST_VARIABLES)) {
    if (/^(system|secret)__/.test(name)) continue;
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : textOf(value);
    if (text !== null) variables.push([textOf(name) ?? name, text]);
  }
  return Object.fromEntries(variables);
}

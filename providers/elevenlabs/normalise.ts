import type { CallDirection, CallStatus, ProviderVerdict, Reach } from '../../domain/call.ts';
import type { ConversationFacts, TranscriptTurn } from '../../domain/conversation.ts';
import type { ConversationListItem } from '../ports.ts';
import {
  e164Of,
  type Fields,
  field,
  fieldsOf,
  instantOf,
  instantOfText,
  isFields,
  listOf,
  numberOf,
  secondsOf,
  storable,
  textOf,
} from './fields.ts';
import { reachOfCallResult, reachOfEndedCall } from './reach.ts';

/** The payload cannot be tied to any conversation: not an object, or without a conversation id. */
export class UnreadablePayloadError extends Error {
  override readonly name = 'UnreadablePayloadError';
}

/**
 * One conversation, from the post-call webhook's `data`, from a single read or from a row of the list, in the
 * wire's snake_case or the SDK's camelCase. Every field but the id may be missing, null, of another type or
 * accompanied by unknown ones.
 *
 * `final` says that the channel itself proves the end: the post-call webhook is sent after the analysis.
 *
 * @throws UnreadablePayloadError without a conversation id, and for nothing else.
 */
export function normaliseConversation(
  payload: unknown,
  options: { final?: boolean } = {},
): ConversationFacts {
  const conversation = fieldsOf(payload);
  const conversationId = conversationIdOf(payload);
  const metadata = fieldsOf(field(conversation, 'metadata'));
  const phoneCall = fieldsOf(field(metadata, 'phone_call'));
  const analysis = fieldsOf(field(conversation, 'analysis'));
  const status = options.final ? 'ended' : statusOf(conversation);
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
  return {
    conversationId,
    agentId: textOf(field(conversation, 'agent_id')),
    attemptId: attemptIdOf(conversation),
    callSid: textOf(field(phoneCall, 'call_sid')),
    direction: directionOf(field(phoneCall, 'direction') ?? field(conversation, 'direction')),
    agentNumber: e164Of(field(phoneCall, 'agent_number')),
    externalNumber: e164Of(field(phoneCall, 'external_number')),
    status,
    reach,
    startedAt,
    answeredAt,
    endedAt: ended ? secondsAfter(answeredAt ?? startedAt, durationSeconds) : null,
    talkSeconds: ended ? talkSecondsOf(reach, durationSeconds) : null,
    costCredits: numberOf(field(metadata, 'cost')),
    verdict: verdictOf(field(analysis, 'call_successful') ?? field(conversation, 'call_successful')),
    summary: textOf(field(analysis, 'transcript_summary') ?? field(conversation, 'transcript_summary')),
    terminationReason,
    failure,
    transcript: transcriptOf(field(conversation, 'transcript')),
    dataCollection: dataCollectionOf(analysis),
    evaluation: evaluationOf(analysis),
    raw: storable(payload),
  };
}

/**
 * The `call_initiation_failure` webhook's `data`: nobody was talked to. For Twilio its `metadata.body` holds the
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
    costCredits: null,
    verdict: null,
    summary: null,
    terminationReason: null,
    failure: failureWords(reason, carrierStatus, body),
    transcript: null,
    dataCollection: {},
    evaluation: {},
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

/** The conversation's id. @throws UnreadablePayloadError when there is none. */
export function conversationIdOf(payload: unknown): string {
  const id = textOf(field(fieldsOf(payload), 'conversation_id'));
  if (id === null) throw new UnreadablePayloadError('the payload names no conversation');
  return id;
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

/** The dynamic variable is ours alone; the user id may be another's when the conversation was not dialled by us. */
function attemptIdOf(conversation: Fields): string | null {
  const initiation = fieldsOf(field(conversation, 'conversation_initiation_client_data'));
  const variables = fieldsOf(field(initiation, 'dynamic_variables'));
  return (
    textOf(field(variables, 'attempt_id')) ??
    textOf(field(initiation, 'user_id')) ??
    textOf(field(conversation, 'user_id'))
  );
}

function directionOf(value: unknown): CallDirection | null {
  return value === 'outbound' || value === 'inbound' ? value : null;
}

function verdictOf(value: unknown): ProviderVerdict | null {
  return value === 'success' || value === 'failure' || value === 'unknown' ? value : null;
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

function transcriptOf(value: unknown): TranscriptTurn[] | null {
  if (!Array.isArray(value)) return null;
  const turns: TranscriptTurn[] = [];
  for (const item of value) {
    const turn = fieldsOf(item);
    const role = field(turn, 'role');
    const text = textOf(field(turn, 'message'));
    // A turn without words is a tool's call; the raw payload keeps it.
    if (text === null || (role !== 'user' && role !== 'agent')) continue;
    turns.push({ role, text, atSeconds: secondsOf(field(turn, 'time_in_call_secs')) });
  }
  return turns;
}

function dataCollectionOf(analysis: Fields): Record<string, unknown> {
  return Object.fromEntries(
    resultsById(analysis, 'data_collection_results', 'data_collection_id').map(([id, result]) => [
      id,
      storable(field(result, 'value') ?? null),
    ]),
  );
}

function evaluationOf(analysis: Fields): Record<string, ProviderVerdict> {
  return Object.fromEntries(
    resultsById(analysis, 'evaluation_criteria_results', 'criteria_id').map(([id, result]) => [
      id,
      verdictOf(field(result, 'result')) ?? 'unknown',
    ]),
  );
}

/** The provider sends the results keyed by id, and again as a list that is at times the only one filled. */
function resultsById(analysis: Fields, name: string, idName: string): [string, Fields][] {
  const keyed = field(analysis, name);
  if (isFields(keyed) && Object.keys(keyed).length > 0) {
    return Object.entries(keyed)
      .filter((entry): entry is [string, Fields] => isFields(entry[1]) && textOf(entry[0]) !== null)
      .map(([id, result]) => [textOf(id) ?? id, result]);
  }
  const entries: [string, Fields][] = [];
  for (const item of listOf(field(analysis, `${name}_list`))) {
    const id = textOf(field(fieldsOf(item), idName));
    if (id !== null) entries.push([id, fieldsOf(item)]);
  }
  return entries;
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

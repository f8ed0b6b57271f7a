import type { ElevenLabs } from '@elevenlabs/elevenlabs-js';
import { Agent, type Dispatcher } from 'undici';
import type { DialAnswer, DialRequest, PreparedDial } from '../ports.ts';
import { askedOverrides, createOverridePermissions, type OverridePermissions } from './agents.ts';
import { type Answer, type Connection, type Exchange, exchange } from './exchange.ts';
import { type Fields, field, fieldsOf, isFields, listOf, textOf } from './fields.ts';

/** An idle connection is kept open by undici for at least this long. */
const CONNECTION_OPEN_MS = 3_000;

/**
 * `prepareDial` of `VoiceProvider`. What takes time is done here: the agent's permissions are read, and with them a
 * connection is opened where none has been used for a while.
 */
export function createDial(connection: Connection): (agentId: string) => Promise<PreparedDial> {
  const dispatcher = new Agent({ allowH2: false });
  const permissionsOfAgent = createOverridePermissions(connection, dispatcher);
  let usedAtMs = Number.NEGATIVE_INFINITY;

  return async (agentId) => {
    const fresh = performance.now() - usedAtMs > CONNECTION_OPEN_MS;
    const permissions = await permissionsOfAgent(agentId, { fresh });
    usedAtMs = performance.now();
    return {
      agentId,
      async send(request) {
        const answer = await send(connection, { request: { ...request, agentId }, permissions, dispatcher });
        usedAtMs = performance.now();
        return answer;
      },
    };
  };
}

/** One request at the most; every outcome is an answer. */
async function send(
  connection: Connection,
  {
    request,
    permissions,
    dispatcher,
  }: { request: Dial; permissions: OverridePermissions; dispatcher: Dispatcher },
): Promise<DialAnswer> {
  const forbidden = forbiddenOverrides(request, permissions);
  if (forbidden.length > 0) {
    const message = `the agent's settings do not allow overriding ${forbidden.join(', ')}`;
    return { kind: 'refused', cause: 'configuration', status: 0, message };
  }
  const { maySend, timeoutMs: deadlineMs } = request;
  // One attempt: the SDK would repeat a POST that failed with 5xx, though the phone may be ringing.
  const limits = { deadlineMs, maxRetries: 0, guard: { dispatcher, maySend } };
  const result = await exchange(connection, limits, (client, options) =>
    client.conversationalAi.twilio.outboundCall(dialBody(request, permissions), options),
  );
  return dialAnswerOf(result, request.to);
}

type Dial = DialRequest & { agentId: string };

function forbiddenOverrides(request: Dial, permissions: OverridePermissions): string[] {
  if (permissions === 'unknown') return [];
  return askedOverrides(request.overrides ?? {}).filter((name) => !permissions.has(name));
}

function dialBody(request: Dial, permissions: OverridePermissions) {
  const override = configOverride(request, permissions);
  return {
    agentId: request.agentId,
    agentPhoneNumberId: request.phoneNumberId,
    toNumber: request.to,
    telephonyCallConfig: { ringingTimeoutSecs: request.ringSeconds },
    conversationInitiationClientData: {
      userId: request.attemptId,
      dynamicVariables: { ...request.variables, attempt_id: request.attemptId },
      ...(override === null ? {} : { conversationConfigOverride: override }),
    },
  };
}

/**
 * The overrides of one dial, or null when there are none. The maximum duration goes along only where the agent is
 * known to allow it; elsewhere the agent's own limit holds, since a forbidden override fails the call.
 */
function configOverride(
  request: Dial,
  permissions: OverridePermissions,
): ElevenLabs.ConversationConfigClientOverrideInput | null {
  const { prompt, firstMessage, language, voiceId } = request.overrides ?? {};
  const agent = {
    ...(prompt === undefined ? {} : { prompt: { prompt } }),
    ...(firstMessage === undefined ? {} : { firstMessage }),
    ...(language === undefined ? {} : { language }),
  };
  const limitDuration = permissions !== 'unknown' && permissions.has('maxDuration');
  const override = {
    ...(Object.keys(agent).length === 0 ? {} : { agent }),
    ...(voiceId === undefined ? {} : { tts: { voiceId } }),
    ...(limitDuration ? { conversation: { maxDurationSeconds: request.maxCallSeconds } } : {}),
  };
  return Object.keys(override).length === 0 ? null : override;
}

type Cause = 'number' | 'configuration' | 'other';

const MAX_RETRY_AFTER_MS = 3_600_000;
const MAX_MESSAGE_LENGTH = 300;

/**
 * What an exchange means for the call. `refused` and `deferred` are given only where it is certain that no phone
 * rang; everything doubtful is ambiguous. The dialled number is taken out of the messages, because they travel
 * further than personal data may.
 */
export function dialAnswerOf(exchange: Exchange, to: string): DialAnswer {
  const answer = classify(exchange);
  return 'message' in answer ? { ...answer, message: withoutNumber(answer.message, to) } : answer;
}

function classify(exchange: Exchange): DialAnswer {
  switch (exchange.kind) {
    case 'unsent':
      return { kind: 'refused', cause: 'configuration', status: 0, message: exchange.message };
    case 'unreachable':
      return { kind: 'deferred', cause: 'unreachable', retryAfterMs: null, message: exchange.message };
    case 'broken':
      return { kind: 'ambiguous', cause: 'connection', message: exchange.message };
    case 'late':
      return { kind: 'ambiguous', cause: 'timeout', message: exchange.message };
    case 'kept_back':
      return { kind: 'kept_back' };
    case 'answer':
      return ofStatus(exchange);
  }
}

function ofStatus(answer: Answer): DialAnswer {
  const { status } = answer;
  const message = textOfProblem(answer.body) || `status ${status}`;
  if (status >= 200 && status < 300) return ofSuccess(answer);
  switch (status) {
    case 301:
    case 307:
    case 308:
      // The request was turned away to another address: the base URL is wrong, and it was not followed.
      return { kind: 'refused', cause: 'configuration', status, message: `redirected (${status})` };
    case 408:
      return { kind: 'ambiguous', cause: 'timeout', message };
    case 409:
    case 499:
      // A conflict may be with the very call that this request placed; 499 is a proxy that stopped waiting.
      return { kind: 'ambiguous', cause: 'server_error', message };
    case 425:
    case 429:
      return { kind: 'deferred', cause: 'throttled', retryAfterMs: boundedRetryAfter(answer), message };
    default:
  }
  if (status >= 400 && status < 500) {
    return { kind: 'refused', cause: causeOf(status, answer.body, message), status, message };
  }
  return { kind: 'ambiguous', cause: status >= 500 ? 'server_error' : 'malformed', message };
}

/**
 * A 2xx answer, read from the wire. `{success, message, conversation_id?, callSid?}`: a missing or odd field beside
 * a conversation id does not make the call undone.
 */
function ofSuccess(answer: Answer): DialAnswer {
  if (!isFields(answer.body)) {
    return {
      kind: 'ambiguous',
      cause: 'malformed',
      message: `status ${answer.status} without a JSON object`,
    };
  }
  const conversationId = textOf(field(answer.body, 'conversation_id'));
  const callSid = textOf(field(answer.body, 'call_sid'));
  const message = textOf(answer.body.message) ?? 'no message';
  if (answer.body.success === false) return ofFailure(answer, message, conversationId ?? callSid);
  if (conversationId !== null) return { kind: 'placed', conversationId, callSid };
  return { kind: 'ambiguous', cause: 'malformed', message: `no conversation id: ${message}` };
}

/**
 * `success: false` with status 200. The carrier's own refusal is repeated in the message, as in "HTTP 401 error:
 * Unable to create record: …" (seen in public reports), and is as certain as its status. An id contradicts the
 * refusal, and words of a time-out or a fault leave open whether the carrier went on: those are looked up.
 */
function ofFailure(answer: Answer, message: string, id: string | null): DialAnswer {
  const carrierStatus = Number(/\bHTTP (\d{3}) error/i.exec(message)?.[1] ?? Number.NaN);
  if (id !== null)
    return { kind: 'ambiguous', cause: 'malformed', message: `refused with a call's id: ${message}` };
  if (carrierStatus === 429) {
    return { kind: 'deferred', cause: 'throttled', retryAfterMs: boundedRetryAfter(answer), message };
  }
  const carrierRefused = carrierStatus >= 400 && carrierStatus < 500 && carrierStatus !== 408;
  if (
    !carrierRefused &&
    (carrierStatus >= 408 || /time[ds]?[\s-]?out|internal|connection|unexpected/i.test(message))
  ) {
    return { kind: 'ambiguous', cause: 'server_error', message };
  }
  const cause = causeOf(carrierRefused ? carrierStatus : answer.status, answer.body, message);
  return { kind: 'refused', cause, status: answer.status, message };
}

/**
 * Whose fault a refusal is. `configuration` stops the campaign, so that whatever concerns one lead alone (its
 * number, its variables) must not be taken for it.
 */
function causeOf(status: number, body: unknown, message: string): Cause {
  // Unauthorised, out of credit, forbidden; and a missing agent, phone number or route.
  if (status === 401 || status === 402 || status === 403 || status === 404) return 'configuration';
  const places = placesOf(body);
  if (places.includes('to_number')) return 'number';
  if (places.includes('dynamic_variables')) return 'other';
  if (places.some((place) => configurationPlaces.has(place))) return 'configuration';
  if (barredWords.test(message)) return 'number';
  if (configurationWords.test(message)) return 'configuration';
  if (numberWords.test(message)) return 'number';
  return 'other';
}

const configurationPlaces = new Set([
  'agent_id',
  'agent_phone_number_id',
  'conversation_config_override',
  'telephony_call_config',
]);

/**
 * Words of the provider and of Twilio's errors: sender's number 21210, 21212, 21213; trial account 21219;
 * credentials 20003; account suspended or without funds 20005, 10001.
 */
const configurationWords =
  /\b(21210|21212|21213|21219|20003|20005|10001)\b|agent_phone_number|'?from'? (phone )?number|caller id|not found|does not exist|unverified|trial account|quota|credit|billing|subscription|api[\s_-]?key|permission|not allowed by config|authenticat|suspended|not active/i;

/**
 * Twilio's barred destinations. The account's settings bar them, but only for the country or the number: the other
 * leads must still be called.
 */
const barredWords = /\b(21215|21216|13227)\b|not authorized to call/i;

/** Twilio's invalid or unreachable destinations: 21211, 21214, 21217, 21401, 13223, 13224. */
const numberWords =
  /\b(21211|21214|21217|21401|13223|13224)\b|to_number|'?to'? (phone )?number|(invalid|not a valid|not valid)[^.]{0,40}number|number[^.]{0,60}(invalid|not valid|not a valid|not reachable|blacklist|blocked)/i;

/** The names along the paths of the fields that a 422 complains about. */
function placesOf(body: unknown): string[] {
  const detail = field(fieldsOf(body), 'detail');
  const params = isFields(detail)
    ? [detail.param]
    : listOf(detail).flatMap((item) => listOf(fieldsOf(item).loc));
  return params.filter((place) => typeof place === 'string').flatMap((place) => place.split('.'));
}

/** The words of an error body: `detail` is a text, an object with a message, or a list of field errors. */
function textOfProblem(body: unknown): string {
  const fields: Fields = fieldsOf(body);
  const detail = field(fields, 'detail');
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail)) {
    return detail
      .map(fieldsOf)
      .map((item) => [listOf(item.loc).join('.'), textOf(item.msg)].filter(Boolean).join(': '))
      .join('; ');
  }
  const source = isFields(detail) ? detail : fields;
  const words = [source.status, source.code, source.message].map(textOf).filter((word) => word !== null);
  return [...new Set(words)].join(': ');
}

function boundedRetryAfter(answer: Answer): number | null {
  return answer.retryAfterMs === null ? null : Math.min(answer.retryAfterMs, MAX_RETRY_AFTER_MS);
}

function withoutNumber(message: string, to: string): string {
  const digits = to.replace(/\D/g, '');
  const hidden =
    digits === '' ? message : message.replaceAll(new RegExp(`\\+?${digits}`, 'g'), '(the number)');
  return hidden.length > MAX_MESSAGE_LENGTH ? `${hidden.slice(0, MAX_MESSAGE_LENGTH)}…` : hidden;
}

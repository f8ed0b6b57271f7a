import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingRequest, Payload, RecordingFile, Verification, VoiceEvent } from '../ports.ts';
import type { Pricing } from './exchange.ts';
import { field, fieldsOf, isFields, textOf } from './fields.ts';
import {
  conversationIdOf,
  normaliseConversation,
  normaliseInitiationFailure,
  normaliseMachineDetection,
  UnreadablePayloadError,
} from './normalise.ts';

/** The provider's own limit for the age of a delivery; its retries end at 30 minutes too. */
const TOLERANCE_SECONDS = 30 * 60;
/** How far the sender's clock may be ahead of ours. */
const CLOCK_SKEW_SECONDS = 5 * 60;
const LONGEST_TYPE = 100;

type Refused = Extract<Verification, { ok: false }>;
export type SignatureCheck = { ok: true; timestamp: Date } | Refused;

/** What signs webhooks. Read anew for every request, so that a secret can be rotated. */
export interface WebhookSecrets {
  webhookSecrets?: readonly string[];
}

/** A webhook, checked by its header `ElevenLabs-Signature`. */
export function verifyEvent(
  { webhookSecrets = [] }: WebhookSecrets,
  request: IncomingRequest,
  now: Date,
): Verification {
  const header = request.header('elevenlabs-signature');
  const check = checkSignature({ rawBody: request.body, header, secrets: webhookSecrets, now });
  return check.ok ? read(request.body) : check;
}

/**
 * The question who is calling. The provider signs its other webhooks, and sends with this one the headers that were
 * configured for it: hence a shared secret in a header where there is no signature.
 */
export function verifyCallStart(secrets: WebhookSecrets, request: IncomingRequest, now: Date): Verification {
  if (request.header('elevenlabs-signature') !== undefined) return verifyEvent(secrets, request, now);
  const given = digest(request.header('x-ringleader-secret') ?? '');
  // Every secret is compared: the time of the answer must not reveal which one was close.
  const matches = (secrets.webhookSecrets ?? []).filter(
    (known) => known !== '' && timingSafeEqual(digest(known), given),
  );
  return matches.length > 0 ? read(request.body) : { ok: false, reason: 'wrong-secret' };
}

/** The payload of a request that was verified. */
function read(body: Uint8Array): Verification {
  try {
    const payload: unknown = JSON.parse(new TextDecoder().decode(body));
    if (isFields(payload)) return { ok: true, payload, redeliveryKey: null };
  } catch {
    // Answered below, as anything else that is no object.
  }
  return { ok: false, reason: 'unreadable' };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Checks the `ElevenLabs-Signature` header, `t=<unix seconds>,v0=<hex>[,v0=<hex>…]`, where v0 is the HMAC-SHA256 of
 * `<t>.<raw body>`. Stricter than the SDK's check, which takes any future time, any text for `t`, only the first
 * signature and only one secret. Any signature may match any secret, so that secrets can be rotated.
 * `toleranceSeconds` bounds the age; the time ahead is bounded by five minutes.
 */
export function checkSignature(input: {
  rawBody: string | Uint8Array;
  header: string | undefined;
  secrets: readonly string[];
  now: Date;
  toleranceSeconds?: number;
}): SignatureCheck {
  if (input.header === undefined || input.header.trim() === '') return { ok: false, reason: 'missing' };
  const parsed = parseHeader(input.header);
  if (parsed === null) return { ok: false, reason: 'malformed' };
  const timestamp = new Date(Number(parsed.time) * 1000);
  const ageSeconds = (input.now.getTime() - timestamp.getTime()) / 1000;
  if (ageSeconds > (input.toleranceSeconds ?? TOLERANCE_SECONDS)) return { ok: false, reason: 'stale' };
  if (ageSeconds < -CLOCK_SKEW_SECONDS) return { ok: false, reason: 'future' };
  let matches = false;
  for (const secret of input.secrets) {
    // An empty secret would accept what anybody can sign.
    if (secret.trim() === '') continue;
    const expected = createHmac('sha256', secret).update(`${parsed.time}.`).update(input.rawBody).digest();
    for (const signature of parsed.signatures) {
      // No early return: the time of the answer must not reveal which secret or byte was wrong.
      if (timingSafeEqual(expected, signature)) matches = true;
    }
  }
  return matches ? { ok: true, timestamp } : { ok: false, reason: 'mismatch' };
}

/** Exactly one numeric time and at least one well-formed signature; other schemes and broken signatures are left out. */
function parseHeader(header: string): { time: string; signatures: Buffer[] } | null {
  let time: string | null = null;
  const signatures: Buffer[] = [];
  for (const part of header.split(',')) {
    const separator = part.indexOf('=');
    const name = part.slice(0, separator).trim();
    const value = part.slice(separator + 1).trim();
    if (separator < 0) return null;
    if (name === 't') {
      if (time !== null || !/^\d{1,11}$/.test(value)) return null;
      time = value;
    } else if (name === 'v0' && /^[0-9a-f]{64}$/i.test(value)) {
      signatures.push(Buffer.from(value, 'hex'));
    }
  }
  return time === null || signatures.length === 0 ? null : { time, signatures };
}

/**
 * A payload in neutral words: `{type, event_timestamp, data}`, or the same without the envelope. Kinds that we do not
 * use are `other`, and are acknowledged all the same.
 */
export function parseEvent({ centsPerCredit = null }: Pricing, payload: Payload): VoiceEvent {
  const type = typeof payload.type === 'string' && payload.type !== '' ? payload.type : 'unknown';
  const event = { type: type.slice(0, LONGEST_TYPE), payload };
  const wrapped = field(payload, 'data');
  const data = isFields(wrapped) ? wrapped : payload;
  try {
    switch (textOf(type)) {
      case 'post_call_transcription':
        return conversation(event, normaliseConversation(data, { final: true, centsPerCredit }));
      case 'call_initiation_failure':
        return conversation(event, normaliseInitiationFailure(data));
      case 'answering_machine_detection':
        // Its content is not documented: without a conversation it is of no use.
        return textOf(field(data, 'conversation_id')) === null
          ? { ...event, kind: 'other', conversationId: null }
          : conversation(event, normaliseMachineDetection(data));
      case 'post_call_audio':
        return recordingEvent(event, data);
      default:
        return { ...event, kind: 'other', conversationId: null };
    }
  } catch (error) {
    if (!(error instanceof UnreadablePayloadError)) throw error;
    return { ...event, kind: 'unreadable', conversationId: null };
  }
}

type Stored = Pick<VoiceEvent, 'type' | 'payload'>;

function conversation(event: Stored, facts: ReturnType<typeof normaliseConversation>): VoiceEvent {
  return { ...event, kind: 'conversation', conversationId: facts.conversationId, facts };
}

function recordingEvent({ type, payload }: Stored, data: Payload): VoiceEvent {
  return {
    type,
    payload: withoutAudio(payload),
    kind: 'recording',
    conversationId: conversationIdOf(data),
    recording: recordingOf(fieldsOf(payload.data).full_audio),
  };
}

/** MP3 in base64; null when there is none that can be read. */
function recordingOf(text: unknown): RecordingFile | null {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  return bytes.byteLength === 0 ? null : { contentType: 'audio/mpeg', bytes };
}

/** A recording of megabytes has no place in a row; it is kept as a file. */
function withoutAudio(payload: Payload): Payload {
  const { data } = payload;
  if (!isFields(data) || !('full_audio' in data)) return payload;
  const { full_audio: audio, ...rest } = data;
  return { ...payload, data: { ...rest, full_audio_length: typeof audio === 'string' ? audio.length : 0 } };
}

/** https://elevenlabs.io/docs/eleven-agents/customization/personalization/twilio-personalization */
export function parseCallStart(payload: Payload): { caller: string } {
  const { caller_id: caller } = payload;
  return { caller: typeof caller === 'string' ? caller : '' };
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ConversationFacts } from '#domain/conversation.ts';
import { field, fieldsOf, isFields, textOf } from './fields.ts';
import { normaliseConversation, normaliseInitiationFailure, normaliseMachineDetection } from './normalise.ts';
import { conversationIdOf, UnreadablePayloadError } from './normalise-identity.ts';

/** The provider's own limit for the age of a delivery; its retries end at 30 minutes too. */
const TOLERANCE_SECONDS = 30 * 60;
/** How far the sender's clock may be ahead of ours. */
const CLOCK_SKEW_SECONDS = 5 * 60;

export type SignatureCheck =
  | { ok: true; timestamp: Date }
  | { ok: false; reason: 'missing' | 'malformed' | 'stale' | 'future' | 'mismatch' };

/**
 * Checks the `ElevenLabs-Signature` header, `t=<unix seconds>,v0=<hex>[,v0=<hex>…]`, where v0 is the HMAC-SHA256 of
 * `<t>.<raw body>`. Stricter than the SDK's check, which takes any future time, any text for `t`, only the first
 * signature and only one secret. Any signature may match any secret, so that secrets can be rotated.
 * `toleranceSeconds` bounds the age; the time ahead is bounded by five minutes.
 */
export function verifyElevenLabsSignature(input: {
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
    const expected = mac(parsed.time, input.rawBody, secret);
    for (const signature of parsed.signatures) {
      // No early return: how long the answer takes must not tell which secret or byte was wrong.
      if (timingSafeEqual(expected, signature)) matches = true;
    }
  }
  return matches ? { ok: true, timestamp } : { ok: false, reason: 'mismatch' };
}

/** The header for a body, as the provider would send it at the instant `at`. */
export function signElevenLabs(rawBody: string | Uint8Array, secret: string, at: Date): string {
  const time = String(Math.floor(at.getTime() / 1000));
  return `t=${time},v0=${mac(time, rawBody, secret).toString('hex')}`;
}

function mac(time: string, rawBody: string | Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${time}.`).update(rawBody).digest();
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

/** What a delivery says. Events of kinds that we do not use arrive as `unknown` and are acknowledged all the same. */
export type ElevenLabsEvent =
  | { kind: 'post_call_transcription'; facts: ConversationFacts }
  | { kind: 'call_initiation_failure'; facts: ConversationFacts }
  | { kind: 'answering_machine_detection'; facts: ConversationFacts }
  | { kind: 'post_call_audio'; conversationId: string }
  | { kind: 'unknown'; type: string };

/**
 * Reads a delivery whose signature was verified.
 *
 * @throws UnreadablePayloadError when it is no JSON object, or when a known event names no conversation.
 */
export function parseElevenLabsEvent(rawBody: string | Uint8Array): ElevenLabsEvent {
  const envelope = parseObject(rawBody);
  const type = textOf(field(envelope, 'type')) ?? '';
  const wrapped = field(envelope, 'data');
  const data = isFields(wrapped) ? wrapped : envelope;
  switch (type) {
    case 'post_call_transcription':
      return { kind: type, facts: normaliseConversation(data, { final: true }) };
    case 'call_initiation_failure':
      return { kind: type, facts: normaliseInitiationFailure(data) };
    case 'answering_machine_detection':
      // What is in it is not documented: without a conversation it says nothing to us.
      return textOf(field(data, 'conversation_id')) === null
        ? { kind: 'unknown', type }
        : { kind: type, facts: normaliseMachineDetection(data) };
    case 'post_call_audio':
      return { kind: type, conversationId: conversationIdOf(data) };
    default:
      return { kind: 'unknown', type };
  }
}

function parseObject(rawBody: string | Uint8Array) {
  const text = typeof rawBody === 'string' ? rawBody : new TextDecoder().decode(rawBody);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new UnreadablePayloadError('the payload is not JSON', { cause: error });
  }
  if (!isFields(parsed)) throw new UnreadablePayloadError('the payload is not an object');
  return fieldsOf(parsed);
}

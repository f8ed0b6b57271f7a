import type { ConversationFacts } from '#domain/conversation.ts';
import { UnreadablePayloadError } from '#providers/elevenlabs/normalise-identity.ts';
import { type ElevenLabsEvent, parseElevenLabsEvent } from '#providers/elevenlabs/webhook.ts';
import { ServiceError } from '../errors.ts';

/** A verified webhook, as it is stored. */
export interface Delivery {
  type: string;
  conversationId: string | null;
  /** Null for events that say nothing of a call's outcome, or that cannot be read. */
  facts: ConversationFacts | null;
  /** False for a known type that names no conversation: it is kept, and a person must look. */
  readable: boolean;
  payload: unknown;
  /** A recording that came with it, as MP3. */
  audio: Buffer | null;
}

const LONGEST_TYPE = 100;

/** @throws ServiceError 400 when it is no JSON object */
export function readDelivery(rawBody: Buffer): Delivery {
  const payload = parseObject(rawBody);
  const rawType = payload.type;
  const type = typeof rawType === 'string' && rawType !== '' ? rawType.slice(0, LONGEST_TYPE) : 'unknown';
  const event = readEvent(rawBody);
  if (event === null)
    return { type, conversationId: null, facts: null, readable: false, payload, audio: null };
  switch (event.kind) {
    case 'post_call_transcription':
    case 'call_initiation_failure':
    case 'answering_machine_detection':
      return {
        type,
        conversationId: event.facts.conversationId,
        facts: event.facts,
        readable: true,
        payload,
        audio: null,
      };
    case 'post_call_audio':
      return {
        type,
        conversationId: event.conversationId,
        facts: null,
        readable: true,
        payload: withoutAudio(payload),
        audio: audioOf(payload),
      };
    case 'unknown':
      return { type, conversationId: null, facts: null, readable: true, payload, audio: null };
  }
}

function parseObject(rawBody: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(rawBody.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // Answered below, as anything else that is no object.
  }
  throw new ServiceError('malformed-request', 'The event is not a JSON object.');
}

function readEvent(rawBody: Buffer): ElevenLabsEvent | null {
  try {
    return parseElevenLabsEvent(rawBody);
  } catch (error) {
    if (error instanceof UnreadablePayloadError) return null;
    throw error;
  }
}

/** The recording, or null when there is none that can be read. */
function audioOf({ data }: Record<string, unknown>): Buffer | null {
  if (typeof data !== 'object' || data === null || !('full_audio' in data)) return null;
  const { full_audio: text } = data;
  if (typeof text !== 'string') return null;
  const audio = Buffer.from(text, 'base64');
  return audio.byteLength === 0 ? null : audio;
}

/** A recording of megabytes has no place in a row; it is kept as a file. */
function withoutAudio(payload: Record<string, unknown>): Record<string, unknown> {
  const { data } = payload;
  if (typeof data !== 'object' || data === null || !('full_audio' in data)) return payload;
  const { full_audio: audio, ...rest } = data;
  return { ...payload, data: { ...rest, full_audio_length: typeof audio === 'string' ? audio.length : 0 } };
}

import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { findVoice, type SimulatedVoice, VOICES } from '../fleet.ts';
import type { JsonObject } from '../talks.ts';
import { invalid, problem } from './errors.ts';
import { hum, wav } from './sound.ts';

const SPEECH_RATE = 22_050;
const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 100;

const speechSchema = z.looseObject({ text: z.string().min(1).max(10_000) });

/** `GET /v2/voices`: searches name, description, category and labels, paged. */
export function voiceSearchRoutes(): Hono {
  const app = new Hono();
  app.get('/voices', (c) => {
    if (!c.req.header('xi-api-key')) return problem(c, 401, 'missing_api_key', 'No API key was given.');
    const search = c.req.query('search')?.toLowerCase() ?? '';
    const found = VOICES.filter((voice) => describe(voice).includes(search));
    const start = Number(c.req.query('next_page_token') ?? 0);
    const end = start + Math.min(Number(c.req.query('page_size') ?? DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
    if (!Number.isInteger(start) || !Number.isInteger(end)) {
      return invalid(c, [{ loc: ['query', 'next_page_token'], msg: 'cannot read it' }]);
    }
    const hasMore = end < found.length;
    const origin = new URL(c.req.url).origin;
    return c.json({
      voices: found.slice(start, end).map((voice) => voicePayload(voice, origin)),
      has_more: hasMore,
      total_count: c.req.query('include_total_count') === 'false' ? 0 : found.length,
      next_page_token: hasMore ? String(end) : null,
    });
  });
  return app;
}

/** A voice's sample for the browser, without a key as at the provider. */
export function previewHandler(c: Context): Response {
  const voice = findVoice((c.req.param('file') ?? '').replace(/\.wav$/, ''));
  if (voice === null) return problem(c, 404, 'voice_not_found', 'No voice has this id.', 'voice_id');
  return speech(voice, `Hello, I am ${voice.name}. This is how I sound on the telephone.`);
}

/**
 * `POST /v1/text-to-speech/{voice}[/stream]`. Always WAV, since there is no encoder for the other formats.
 */
export async function speechHandler(c: Context): Promise<Response> {
  const voice = findVoice(c.req.param('voice') ?? '');
  if (voice === null) return problem(c, 404, 'voice_not_found', 'No voice has this id.', 'voice_id');
  const body = speechSchema.safeParse(await c.req.json().catch(() => null));
  if (!body.success) return invalid(c, [{ loc: ['body', 'text'], msg: 'a text is needed' }]);
  return speech(voice, body.data.text);
}

function speech({ pitchHz }: SimulatedVoice, text: string): Response {
  const sound = wav(hum(text, { pitchHz, sampleRate: SPEECH_RATE }), {
    sampleRate: SPEECH_RATE,
    bitsPerSample: 16,
  });
  return soundResponse(sound);
}

export function soundResponse(sound: Buffer): Response {
  const body = new Uint8Array(sound);
  return new Response(body, {
    headers: { 'content-type': 'audio/wav', 'content-length': String(body.length) },
  });
}

function describe({ name, description, category, labels }: SimulatedVoice): string {
  return [name, description, category, ...Object.values(labels)].join(' ').toLowerCase();
}

function voicePayload(voice: SimulatedVoice, origin: string): JsonObject {
  return {
    voice_id: voice.voiceId,
    name: voice.name,
    category: voice.category,
    description: voice.description,
    labels: voice.labels,
    preview_url: `${origin}/v1/previews/${voice.voiceId}.wav`,
    available_for_tiers: [],
    settings: { stability: 0.5, similarity_boost: 0.75, speed: 1 },
    is_owner: false,
    is_legacy: false,
  };
}

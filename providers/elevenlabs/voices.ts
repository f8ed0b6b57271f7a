import { type AudioStream, ProviderError, type Voice, type VoiceProvider } from '../ports.ts';
import { fetchAudio } from './audio.ts';
import { type Connection, malformed, PAGE_SIZE, type Reader } from './exchange.ts';
import { field, fieldsOf, textOf } from './fields.ts';

const DEFAULT_PAGE_SIZE = 30;

type VoiceQuery = Parameters<VoiceProvider['searchVoices']>[0];
type VoicePage = Awaited<ReturnType<VoiceProvider['searchVoices']>>;

/** The account's voices by name, description, labels or category. Its first page may be longer than asked for. */
export async function searchVoices(reader: Reader, query: VoiceQuery): Promise<VoicePage> {
  const request = {
    pageSize: Math.min(Math.max(1, query.pageSize ?? DEFAULT_PAGE_SIZE), PAGE_SIZE),
    // Counting costs the provider time, and nobody reads it.
    includeTotalCount: false,
    ...(query.search === undefined ? {} : { search: query.search }),
    ...(query.cursor === undefined ? {} : { nextPageToken: query.cursor }),
  };
  const body = await reader.read('the voices', (client, options) => client.voices.search(request, options));
  const fields = fieldsOf(body);
  if (!Array.isArray(fields.voices)) throw malformed('the voices');
  const more = field(fields, 'has_more') !== false;
  return {
    items: fields.voices.map(voiceOf).filter((voice) => voice !== null),
    nextCursor: more ? textOf(field(fields, 'next_page_token')) : null,
  };
}

/** Speech of a text in a voice, as MP3 while it is made. @throws ProviderError, 404 for an unknown voice */
export async function speak(
  connection: Connection,
  { voiceId, text }: { voiceId: string; text: string },
): Promise<AudioStream> {
  const audio = await fetchAudio(connection, {
    what: 'the speech',
    path: `/v1/text-to-speech/${encodeURIComponent(voiceId)}/stream?output_format=mp3_44100_128`,
    body: { text },
  });
  if (audio === null) {
    const details = { provider: 'elevenlabs', status: 404, retryable: false } as const;
    throw new ProviderError('reading the speech failed: status 404', details);
  }
  return audio;
}

function voiceOf(row: unknown): Voice | null {
  const fields = fieldsOf(row);
  const voiceId = textOf(field(fields, 'voice_id'));
  if (voiceId === null) return null;
  const labels = Object.entries(fieldsOf(fields.labels)).flatMap(([name, value]) => {
    const label = textOf(value);
    return label === null ? [] : [[name, label] as const];
  });
  return {
    voiceId,
    name: textOf(fields.name) ?? voiceId,
    category: textOf(fields.category),
    description: textOf(fields.description),
    labels: Object.fromEntries(labels),
    previewUrl: textOf(field(fields, 'preview_url')),
  };
}

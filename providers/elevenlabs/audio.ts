import { type AudioStream, ProviderError } from '../ports.ts';
import type { Connection } from './exchange.ts';
import { baseUrlOf } from './socket.ts';

const HEADERS_MS = 30_000;
/** A stream that is silent for so long has stalled. */
const SILENCE_MS = 20_000;

/**
 * Asks for sound and passes it on as it comes. Not through the SDK, which loses the content type.
 * Null for 404. @throws ProviderError; the stream fails when it stalls for 20 s.
 */
export async function fetchAudio(
  connection: Connection,
  request: { what: string; path: string; body?: Record<string, unknown> },
): Promise<AudioStream | null> {
  const aborted = new AbortController();
  const timer = setTimeout(() => aborted.abort(), HEADERS_MS);
  let response: Response;
  try {
    response = await fetch(baseUrlOf(connection) + request.path, {
      method: request.body === undefined ? 'GET' : 'POST',
      headers: {
        'xi-api-key': connection.apiKey,
        accept: 'audio/*',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      // A redirect could carry the key to another address.
      redirect: 'manual',
      signal: aborted.signal,
    });
  } catch (cause) {
    throw failure(request.what, 'no answer', null, true, cause);
  } finally {
    clearTimeout(timer);
  }
  if (response.status === 404) {
    await response.body?.cancel();
    return null;
  }
  if (response.status !== 200 || response.body === null) {
    const { status } = response;
    await response.body?.cancel();
    throw failure(
      request.what,
      `status ${status}`,
      status,
      status === 408 || status === 429 || status >= 500,
    );
  }
  const contentType = response.headers.get('content-type') ?? 'audio/mpeg';
  if (!/^(audio\/|application\/octet-stream)/.test(contentType)) {
    await response.body.cancel();
    throw failure(request.what, 'the answer is no sound', 200, true);
  }
  return { contentType, body: unlessSilent(response.body, request.what) };
}

/** The same bytes, read only as fast as they are wanted; fails when the source stalls. */
function unlessSilent(source: ReadableStream<Uint8Array>, what: string): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let timer: NodeJS.Timeout | undefined;
        const silence = new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(failure(what, 'it stalled', null, true)), SILENCE_MS);
        });
        try {
          const { done, value } = await Promise.race([reader.read(), silence]);
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          void reader.cancel().catch(() => undefined);
          throw error;
        } finally {
          clearTimeout(timer);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function failure(
  what: string,
  why: string,
  status: number | null,
  retryable: boolean,
  cause?: unknown,
): ProviderError {
  const details = { provider: 'elevenlabs', status, retryable, cause } as const;
  return new ProviderError(`reading ${what} failed: ${why}`, details);
}

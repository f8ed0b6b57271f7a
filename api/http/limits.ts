import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../context.ts';
import { Problem } from './errors.ts';
import type { Operations } from './operations.ts';

/** How much of a body is taken, and how long a sender may take over it. */
export interface BodyLimit {
  maxBytes: number;
  /** Between two pieces of the body. */
  idleMs: number;
  /** For the whole body. */
  totalMs: number;
}

const MB = 1024 * 1024;

const JSON_LIMIT: BodyLimit = { maxBytes: MB, idleMs: 10_000, totalMs: 30_000 };
export const CSV_LIMIT: BodyLimit = { maxBytes: 2_048 * MB, idleMs: 30_000, totalMs: 3_600_000 };
/** A provider may send a whole recording. */
export const PROVIDER_EVENT_LIMIT: BodyLimit = { maxBytes: 30 * MB, idleMs: 10_000, totalMs: 60_000 };

/**
 * The body piece by piece, within its limit.
 *
 * @throws Problem content-too-large, request-timeout, or malformed-request when the sender breaks off
 */
export async function* boundedBody(request: Request, limit: BodyLimit): AsyncGenerator<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limit.maxBytes) throw tooLarge(limit);
  const reader = request.body?.getReader();
  if (reader === undefined) return;
  const endsAt = Date.now() + limit.totalMs;
  let bytes = 0;
  try {
    for (;;) {
      // A piece that is there already would win against any timer, so the whole is looked at by itself.
      if (Date.now() >= endsAt) throw tooSlow();
      const { done, value } = await within(reader.read(), Math.min(limit.idleMs, endsAt - Date.now()));
      if (done) return;
      bytes += value.byteLength;
      if (bytes > limit.maxBytes) throw tooLarge(limit);
      yield value;
    }
  } finally {
    // The rest is not wanted; an open body would hold the connection.
    reader.cancel().catch(() => {});
  }
}

/** The whole body, within its limit. */
export async function readBody(request: Request, limit: BodyLimit): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of boundedBody(request, limit)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function within<T>(reading: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooSlow()), Math.max(0, ms));
  });
  try {
    return await Promise.race([reading.catch(brokenOff), late]);
  } finally {
    clearTimeout(timer);
  }
}

function brokenOff(): never {
  throw new Problem('malformed-request', 'The body broke off.');
}

function tooSlow(): Problem {
  return new Problem('request-timeout', 'The body came too slowly.', { headers: { connection: 'close' } });
}

function tooLarge({ maxBytes }: BodyLimit): Problem {
  return new Problem('content-too-large', `At most ${maxBytes} bytes are taken.`, {
    headers: { connection: 'close' },
  });
}

/** In the place of a body that is left out: the validator alone would take none for `{}`, wherever one is required. */
const LEFT_OUT = { optional: '{}', required: 'null' };

/**
 * Reads the body of every route that takes JSON, before anything looks at it: bounded, and as text whose UTF-8 is
 * checked. Routes that stream their body are passed by.
 */
export function readJsonBody(
  operations: Operations,
  streams: (path: string) => boolean,
  limit = JSON_LIMIT,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const { method, path } = c.req;
    const takesBody = method !== 'GET' && method !== 'HEAD' && operations.methods(path) !== null;
    if (takesBody && !streams(path)) {
      const text = decodeUtf8(await readBody(c.req.raw, limit));
      const headers = new Headers(c.req.raw.headers);
      const wanted = operations.body(method, path);
      if (text === '') headers.delete('content-type');
      if (text === '' && wanted !== null) headers.set('content-type', 'application/json');
      const body = text !== '' ? text : wanted && LEFT_OUT[wanted];
      c.req.raw = new Request(c.req.url, { method, headers, body });
    }
    await next();
  };
}

function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Problem('malformed-request', 'The body is not UTF-8.');
  }
}

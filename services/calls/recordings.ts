import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { findCall } from '#db/queries/calls.ts';
import type { Context } from '../context.ts';
import { notFound, reachable, ServiceError } from '../errors.ts';

/** A recording in the cache. */
export interface Recording {
  contentType: string;
  bytes: number;
  /** From byte `start` to byte `end`, both included. */
  read(start: number, end: number): ReadableStream<Uint8Array>;
}

export interface Recordings {
  /** Null when it is not here; else it counts as used now. */
  open(conversationId: string): Promise<Recording | null>;
  put(
    conversationId: string,
    audio: { contentType: string; bytes: Buffer } | { contentType: string; body: ReadableStream<Uint8Array> },
  ): Promise<void>;
  /** Runs a fetch, or joins the one of this conversation that is under way. */
  once(conversationId: string, fetch: () => Promise<void>): Promise<void>;
}

const ENDINGS: Record<string, string> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/webm': 'webm',
  'audio/mp4': 'm4a',
};
const BEING_WRITTEN = '.part';
/** Older parts were left behind by a crash. */
const PART_KEPT_MS = 3_600_000;

/**
 * A cache of recordings in files, one a conversation, named by a digest: an id comes from outside and must not choose a
 * path. Beyond `maxBytes` the least recently used go first; the provider has them still.
 */
export function createRecordings({ dir, maxBytes }: { dir: string; maxBytes: number }): Recordings {
  const fetching = new Map<string, Promise<void>>();
  return {
    once(conversationId, fetch) {
      const fetched = fetching.get(conversationId) ?? fetch().finally(() => fetching.delete(conversationId));
      fetching.set(conversationId, fetched);
      return fetched;
    },
    async open(conversationId) {
      const digest = nameOf(conversationId);
      for (const [contentType, ending] of Object.entries(ENDINGS)) {
        const path = join(dir, `${digest}.${ending}`);
        const found = await stat(path).catch(() => null);
        if (found === null) continue;
        await utimes(path, new Date(), found.mtime).catch(() => {});
        const read = (start: number, end: number) =>
          Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream<Uint8Array>;
        return { contentType, bytes: found.size, read };
      }
      return null;
    },
    async put(conversationId, audio) {
      await mkdir(dir, { recursive: true });
      const type = audio.contentType.split(';')[0]?.trim().toLowerCase() ?? '';
      const path = join(dir, `${nameOf(conversationId)}.${ENDINGS[type] ?? 'mp3'}`);
      // Written beside and then moved in place, so that nobody reads half of it.
      const part = `${path}.${randomUUID()}${BEING_WRITTEN}`;
      try {
        const source =
          'bytes' in audio
            ? Readable.from([audio.bytes])
            : Readable.fromWeb(audio.body as unknown as WebStream);
        await pipeline(source, createWriteStream(part, { mode: 0o600 }));
        await rename(part, path);
      } finally {
        await rm(part, { force: true });
      }
      await makeRoom(dir, maxBytes);
    },
  };
}

/**
 * A call's recording, fetched from the provider when it is not in the cache.
 *
 * @throws ServiceError `not-found`; `provider-unavailable`, also when the recording breaks off
 */
export async function readRecording(
  context: Pick<Context, 'db' | 'voice' | 'logger'>,
  { recordings, callId }: { recordings: Recordings; callId: string },
): Promise<Recording> {
  const call = await findCall(context.db, callId);
  if (call === null) throw notFound('call');
  const { conversation_id: conversationId } = call;
  if (conversationId === null) throw notFound('recording');
  const cached = await recordings.open(conversationId);
  if (cached !== null) return cached;
  if (call.has_audio === false && call.status === 'ended') throw notFound('recording');
  await recordings.once(conversationId, () => fetchRecording(context, { recordings, conversationId }));
  const fetched = await recordings.open(conversationId);
  if (fetched === null) throw notFound('recording');
  return fetched;
}

async function fetchRecording(
  { voice, logger }: Pick<Context, 'voice' | 'logger'>,
  { recordings, conversationId }: { recordings: Recordings; conversationId: string },
): Promise<void> {
  const stream = await reachable(() => voice.getAudio(conversationId));
  if (stream === null) throw notFound('recording');
  try {
    await recordings.put(conversationId, stream);
  } catch (error) {
    logger.warn({ conversationId, failure: (error as Error).message }, 'a recording broke off');
    throw new ServiceError('provider-unavailable', 'The recording could not be fetched.');
  }
}

function nameOf(conversationId: string): string {
  return createHash('sha256').update(conversationId).digest('hex');
}

async function makeRoom(dir: string, maxBytes: number): Promise<void> {
  const files: { path: string; bytes: number; usedAtMs: number }[] = [];
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    const found = await stat(path).catch(() => null);
    if (found === null || !found.isFile() || !/^[0-9a-f]{64}\./.test(name)) continue;
    if (name.endsWith(BEING_WRITTEN)) {
      if (Date.now() - found.mtimeMs > PART_KEPT_MS) await rm(path, { force: true });
      continue;
    }
    files.push({ path, bytes: found.size, usedAtMs: found.atimeMs });
  }
  files.sort((a, b) => b.usedAtMs - a.usedAtMs);
  let kept = 0;
  for (const [index, { path, bytes }] of files.entries()) {
    kept += bytes;
    // The newest stays whatever its size: somebody listens to it.
    if (kept > maxBytes && index > 0) await rm(path, { force: true });
  }
}

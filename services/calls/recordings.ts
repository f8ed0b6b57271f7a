import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';

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
}

const ENDINGS: Record<string, string> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/webm': 'webm',
  'audio/mp4': 'm4a',
};
const BEING_WRITTEN = '.part';
/** What a crash left half-written is no longer of use to anybody. */
const PART_KEPT_MS = 3_600_000;

/**
 * Recordings as files, one a conversation, named by a digest: an id comes from outside and must not choose a path. Beyond
 * `maxBytes` those used longest ago go first; the provider has them still.
 */
export function createRecordings({ dir, maxBytes }: { dir: string; maxBytes: number }): Recordings {
  return {
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
      // Written beside and then put in place, so that no reader meets half of it.
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
    // The newest stays whatever its size: it is being listened to.
    if (kept > maxBytes && index > 0) await rm(path, { force: true });
  }
}

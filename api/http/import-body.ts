import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { z } from '@hono/zod-openapi';
import { invalid } from '#services/errors.ts';
import { Problem } from './errors.ts';
import { type BodyLimit, boundedBody } from './limits.ts';

/** The body of an import: the CSV as it streams, and the mapping that came with it. */
export interface ImportBody {
  source: AsyncIterable<Uint8Array>;
  mapping: Record<string, string> | undefined;
  /** Reads what is left, and fails when the body was not as it must be. */
  finish(): Promise<void>;
  /** SHA-256 of the whole body; after `finish`. */
  hash(): string;
}

const Mapping = z.record(z.string().max(500), z.string().max(64));
const MAX_MAPPING_BYTES = 64 * 1024;

/**
 * Opens the body of an import, `text/csv` or `multipart/form-data`.
 *
 * @throws Problem 400, 408, 413, 415 or 422
 */
export async function openImport(
  request: Request,
  limit: BodyLimit,
  queryMapping: string | undefined,
): Promise<ImportBody> {
  const type = request.headers.get('content-type') ?? '';
  const hash = createHash('sha256');
  const bytes = hashing(boundedBody(request, limit), hash);
  if (/^text\/csv\b/i.test(type)) return openCsv(bytes, hash, queryMapping);
  if (/^multipart\/form-data\b/i.test(type)) return await openForm(bytes, hash, type, queryMapping);
  throw new Problem('unsupported-media-type', 'Send text/csv, or multipart/form-data with a part "file".');
}

async function* hashing(source: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

function openCsv(
  bytes: AsyncGenerator<Uint8Array>,
  hash: Hash,
  queryMapping: string | undefined,
): ImportBody {
  return {
    source: unclosed(bytes),
    mapping: parseMapping(queryMapping),
    async finish() {
      for await (const _rest of bytes);
    },
    hash: () => hash.digest('hex'),
  };
}

/** The same bytes; a reader that stops early leaves the rest to be read by others. */
async function* unclosed(bytes: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let next = await bytes.next(); !next.done; next = await bytes.next()) yield next.value;
}

async function openForm(
  bytes: AsyncGenerator<Uint8Array>,
  hash: Hash,
  type: string,
  queryMapping: string | undefined,
): Promise<ImportBody> {
  const form = createForm(type);
  let mapping = queryMapping;
  let late = false;
  let file: Readable | null = null;
  const opened = new Promise<void>((resolve) => {
    form.on('field', (name, value, _nameCut, valueCut) => {
      if (name !== 'mapping') return;
      if (file !== null) late = true;
      else mapping = valueCut ? '' : value;
    });
    form.on('file', (name, stream) => {
      // Files of other names are read and dropped: a form without the right one is refused at its end.
      if (name !== 'file' || file !== null) return void stream.resume();
      file = stream;
      resolve();
    });
  });
  const read = pipeline(Readable.from(bytes), form).then(
    () => null,
    (error: unknown) => asProblem(error),
  );
  // What breaks the body off must reach the reader of the file too, which would otherwise wait for ever.
  read.then((problem) => problem !== null && file?.destroy(problem));
  const problem = await Promise.race([opened.then(() => null), read]);
  if (problem !== null) throw problem;
  if (file === null) throw invalid([{ path: 'file', message: 'is required: a part with the CSV' }]);
  const stream: Readable = file;
  return {
    source: stream,
    mapping: parseMapping(mapping),
    async finish() {
      if (!stream.readableEnded && !stream.destroyed) {
        stream.resume();
        await Promise.race([once(stream, 'end'), read]);
      }
      const broken = await read;
      if (broken !== null) throw broken;
      if (late) throw invalid([{ path: 'mapping', message: 'must come before the file, and was not used' }]);
    },
    hash: () => hash.digest('hex'),
  };
}

function createForm(type: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: { files: 10, fields: 20, fieldSize: MAX_MAPPING_BYTES, parts: 30 },
    });
  } catch {
    throw new Problem('malformed-request', 'The form has no boundary.');
  }
}

function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('malformed-request', 'The form is broken.');
}

function parseMapping(mapping: string | undefined): Record<string, string> | undefined {
  if (mapping === undefined) return undefined;
  try {
    return Mapping.parse(JSON.parse(mapping));
  } catch {
    throw invalid([{ path: 'mapping', message: 'must be a JSON object of column names to field names' }]);
  }
}

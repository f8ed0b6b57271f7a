import type { ElevenLabsClient } from '@elevenlabs/elevenlabs-js';
import { ProviderError } from '../ports.ts';
import { type Connection, type Exchange, exchange, type RequestOptions } from './exchange.ts';
import { field, fieldsOf, isFields, textOf } from './fields.ts';

const DEFAULT_READ_TIMEOUT_MS = 15_000;
const READ_RETRIES = 2;
/** The largest page that the provider gives. */
export const PAGE_SIZE = 100;

export interface ElevenLabsConfig extends Connection {
  /** For one read as a whole, its retries included; a dial brings its own. Default 15 s. */
  requestTimeoutMs?: number;
}

type Call = (client: ElevenLabsClient, options: RequestOptions) => PromiseLike<unknown>;

/** Reads that answer with JSON or throw `ProviderError`; `what` names the thing in its message. */
export interface Reader {
  read(what: string, call: Call): Promise<unknown>;
  /** Null for 404. */
  readIfKnown(what: string, call: Call): Promise<unknown>;
}

/** Reads within one deadline, tried again where a failure may pass. */
export function createReader(config: ElevenLabsConfig): Reader {
  const limits = { deadlineMs: config.requestTimeoutMs ?? DEFAULT_READ_TIMEOUT_MS, maxRetries: READ_RETRIES };
  return {
    async read(what, call) {
      return bodyOf(what, await exchange(config, limits, call));
    },
    async readIfKnown(what, call) {
      const result = await exchange(config, limits, call);
      return result.kind === 'answer' && result.status === 404 ? null : bodyOf(what, result);
    },
  };
}

/** A page of rows. @throws ProviderError when the answer is no such page: an empty list would be a claim. */
export function pageOf(
  what: string,
  body: unknown,
  name: string,
): { rows: unknown[]; nextCursor: string | null } {
  const fields = fieldsOf(body);
  const rows = field(fields, name);
  if (!Array.isArray(rows)) throw malformed(what);
  const more = field(fields, 'has_more') !== false;
  return { rows, nextCursor: more ? textOf(field(fields, 'next_cursor')) : null };
}

/** The answer's JSON. @throws ProviderError for everything but success. */
function bodyOf(what: string, result: Exchange): unknown {
  if (result.kind !== 'answer') {
    const details = { provider: 'elevenlabs', status: null, retryable: result.kind !== 'unsent' } as const;
    throw new ProviderError(`reading ${what} failed: ${result.message}`, details);
  }
  const { status, body, retryAfterMs } = result;
  if (status < 200 || status >= 300) {
    const retryable = status === 408 || status === 429 || status >= 500;
    const details = { provider: 'elevenlabs', status, retryable, retryAfterMs } as const;
    throw new ProviderError(`reading ${what} failed: status ${status}`, details);
  }
  if (!isFields(body) && !Array.isArray(body)) throw malformed(what);
  return body;
}

/** Retryable: truncated answers and a proxy's pages pass. */
export function malformed(what: string): ProviderError {
  const details = { provider: 'elevenlabs', status: 200, retryable: true } as const;
  return new ProviderError(`reading ${what} failed: the answer is not of the expected form`, details);
}

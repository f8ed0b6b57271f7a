import { ElevenLabsClient } from '@elevenlabs/elevenlabs-js';
import type { Dispatcher } from 'undici';
import { DeadlineError, nothingWasSent, retryAfterMsOf, within } from '../connection.ts';
import { guardedRequest, KeptBackError, type MaySend } from '../guarded-request.ts';
import { ProviderError } from '../ports.ts';
import { field, fieldsOf, isFields, textOf } from './fields.ts';

/** How to reach the account. `baseUrl` may have a path; without it the provider's own address is used. */
export interface Connection {
  apiKey: string;
  baseUrl?: string | null;
}

/** An answer as it came over the wire. `body` is undefined when it was not JSON. */
export interface Answer {
  kind: 'answer';
  status: number;
  body: unknown;
  retryAfterMs: number | null;
}

/**
 * What became of a request.
 * `unsent`: the client refused to build it. `unreachable`: no connection came about, so that nothing was sent.
 * `broken`: the connection failed while the request was under way. `late`: no complete answer in time.
 * `kept_back`: it was ready, and could no longer be sent.
 */
export type Exchange =
  | Answer
  | { kind: 'unsent' | 'unreachable' | 'broken' | 'late' | 'kept_back'; message: string };

export interface Limits {
  /** For the whole exchange: retries, headers and body. */
  deadlineMs: number;
  maxRetries: number;
  /** Sends over these connections, and only while `maySend` says so. */
  guard?: { dispatcher: Dispatcher; maySend: MaySend };
}

/** What the SDK's methods take as their last argument. */
export interface RequestOptions {
  timeoutInSeconds: number;
  maxRetries: number;
  abortSignal: AbortSignal;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** The SDK's own timer is a second line behind ours and must not fire first. */
const SDK_TIMER_MARGIN_SECONDS = 5;

/**
 * Makes one request through the SDK and returns what came back over the wire. The SDK builds the request,
 * authenticates and retries; its reading of the answer is left aside, because it throws on an answer that drifted
 * from its schema, and such an answer may still say that a call was placed.
 */
export async function exchange(
  connection: Connection,
  limits: Limits,
  call: (client: ElevenLabsClient, options: RequestOptions) => PromiseLike<unknown>,
): Promise<Exchange> {
  const endsAtMs = performance.now() + limits.deadlineMs;
  let attempted = false;
  let last: Exchange | null = null;

  const recordingFetch: typeof fetch = async (input, init) => {
    attempted = true;
    try {
      const response = await requestOnce(input, init, limits.guard);
      const text = await readBody(response.body);
      const answer = answerOf(response, text);
      last = answer;
      const leftMs = endsAtMs - performance.now();
      // The SDK would sleep for that long, and the deadline would discard the answer.
      return (answer.retryAfterMs ?? 0) > leftMs ? stopResponse() : replay(response, text);
    } catch (error) {
      // Aborted by the deadline: what was answered before a retry, if anything, says more.
      if (init?.signal?.aborted !== true) last = failedExchange(error);
      // A fetch that throws leaves the SDK's timer running, which keeps the process alive.
      return stopResponse();
    }
  };

  try {
    await within(limits.deadlineMs, async (abortSignal) => {
      const client = new ElevenLabsClient({
        apiKey: connection.apiKey,
        fetch: recordingFetch,
        ...(connection.baseUrl == null ? {} : { baseUrl: connection.baseUrl }),
      });
      await call(client, {
        timeoutInSeconds: limits.deadlineMs / 1000 + SDK_TIMER_MARGIN_SECONDS,
        maxRetries: limits.maxRetries,
        abortSignal,
      });
    });
  } catch (error) {
    // Refusals by status and drifted answers arrive here too: they are in `last`.
    if (last === null)
      return {
        kind: attempted || error instanceof DeadlineError ? 'late' : 'unsent',
        message: messageOf(error),
      };
  }
  return last ?? { kind: attempted ? 'late' : 'unsent', message: 'the client made no request' };
}

/** An answer whose body is still to be read. */
interface Incoming {
  status: number;
  headers: Headers;
  body: AsyncIterable<Uint8Array> | null;
}

async function requestOnce(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  guard: Limits['guard'],
): Promise<Incoming> {
  // A redirect would repeat the request at another address behind our back.
  if (guard === undefined) return await fetch(input, { ...init, redirect: 'manual' });
  const url = input instanceof Request ? input.url : input.toString();
  return await guardedRequest(guard.dispatcher, url, init ?? {}, guard.maySend);
}

/** Reads the whole body here, inside the SDK's and our own deadline: the SDK times the headers only. */
async function readBody(body: Incoming['body']): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) throw new Error(`the answer exceeds ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function answerOf(response: Incoming, text: string): Answer {
  const retryAfterMs = retryAfterMsOf(response.headers.get('retry-after'), Date.now());
  return { kind: 'answer', status: response.status, body: jsonOf(text), retryAfterMs };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The answer once more for the SDK, with the headers that it acts on. */
function replay(response: Incoming, text: string): Response {
  const headers = new Headers();
  for (const name of ['content-type', 'retry-after']) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  // The constructor refuses a body with the statuses that cannot have one.
  return new Response(text === '' ? null : text, { status: response.status, headers });
}

/** An answer that the SDK neither retries nor waits for. */
function stopResponse(): Response {
  return new Response(null, { status: 400 });
}

function failedExchange(error: unknown): Exchange {
  if (error instanceof KeptBackError) return { kind: 'kept_back', message: error.message };
  const kind = nothingWasSent(error) ? 'unreachable' : 'broken';
  return { kind, message: messageOf(error) };
}

/** The innermost message: `fetch failed` alone says nothing. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  if (inner instanceof Error) return messageOf(inner);
  const { code } = error as { code?: unknown };
  return error.message || (typeof code === 'string' ? code : error.name);
}

const DEFAULT_READ_TIMEOUT_MS = 15_000;
const READ_RETRIES = 2;
/** The largest page that the provider gives. */
export const PAGE_SIZE = 100;

/** What the account pays for a credit, in which the provider counts. */
export interface Pricing {
  centsPerCredit?: number | null;
}

export interface ElevenLabsConfig extends Connection, Pricing {
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

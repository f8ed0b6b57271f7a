import { AsyncLocalStorage } from 'node:async_hooks';
import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { DeadlineError, retryAfterMsOf, within } from '../connection.ts';
import { KeptBackError, type MaySend } from '../guarded-request.ts';
import { ProviderError } from '../ports.ts';

export interface TwilioConfig {
  accountSid: string;
  authToken: string;
  /** Replaces scheme, host and port of every request; a path goes before the request's own. */
  baseUrl?: string | null;
  /** For one operation as a whole, all its pages included. Default 15 s. */
  requestTimeoutMs?: number;
}

export type TwilioClient = ReturnType<typeof twilio>;

interface Operation {
  signal: AbortSignal;
  maySend: MaySend;
}

/** The operation that a request belongs to: the SDK has no way to hand down its signal and its guard. */
const operation = new AsyncLocalStorage<Operation>();

const PAGE_SIZE = 100;
const MAX_PAGES = 10;

/** Status 429. The SDK's own error drops the headers, and with them how long to wait. */
export class ThrottledError extends Error {
  override readonly name = 'ThrottledError';
  readonly status = 429;
  readonly retryAfterMs: number | null;

  constructor(retryAfterMs: number | null) {
    super('too many requests');
    this.retryAfterMs = retryAfterMs;
  }
}

/** The SDK has no option for another address; its HTTP client is the one place through which all requests go. */
class TwilioHttp extends twilio.RequestClient {
  readonly #baseUrl: URL | null;

  constructor(baseUrl: string | null, timeoutMs: number) {
    super({ timeout: timeoutMs, autoRetry: false });
    this.#baseUrl = baseUrl === null ? null : new URL(baseUrl);
    this.axios.interceptors.request.use((config) => {
      const current = operation.getStore();
      if (current === undefined) return config;
      if (!current.maySend()) throw new KeptBackError();
      return Object.assign(config, { signal: current.signal });
    });
  }

  override async request<T>(options: RequestClient.RequestOptions<T>) {
    const answer = await super.request<T>({ ...options, uri: this.#addressOf(options.uri) });
    if (answer.statusCode === 429) {
      const { headers } = answer as { headers?: Record<string, unknown> };
      const retryAfter = headers?.['retry-after'];
      throw new ThrottledError(
        retryAfterMsOf(typeof retryAfter === 'string' ? retryAfter : null, Date.now()),
      );
    }
    return answer;
  }

  #addressOf(requested: string): string {
    if (this.#baseUrl === null) return requested;
    const uri = new URL(requested);
    const prefix = this.#baseUrl.pathname.replace(/\/+$/, '');
    return `${this.#baseUrl.origin}${prefix}${uri.pathname}${uri.search}`;
  }
}

/** The SDK's client, which sends every request once. */
export function twilioClient(config: TwilioConfig, timeoutMs: number): TwilioClient {
  return twilio(config.accountSid, config.authToken, {
    timeout: timeoutMs,
    autoRetry: false,
    httpClient: new TwilioHttp(config.baseUrl ?? null, timeoutMs),
  });
}

/**
 * Like `within`, and cuts the SDK's request off when the time is up: one that still waited for a free connection would
 * otherwise go out after its outcome was looked up.
 *
 * @throws DeadlineError; KeptBackError where `maySend` says no when a request is about to be made
 */
export function operationWithin<T>(
  deadlineMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  maySend: MaySend = () => true,
): Promise<T> {
  return within(deadlineMs, (signal) => operation.run({ signal, maySend }, () => work(signal)));
}

/** What is used of the SDK's page: its first and its following pages have different types. */
export interface Page<T> {
  instances: T[];
  nextPageUrl?: string;
  nextPage(): Promise<Page<T>> | undefined;
}

/** Query for a search by `newestSince`. */
export function pageFilter(query: { to: string; from?: string }): {
  to: string;
  from?: string;
  pageSize: number;
} {
  return { to: query.to, pageSize: PAGE_SIZE, ...(query.from === undefined ? {} : { from: query.from }) };
}

/**
 * Records made since an instant, newest first, from a list that is newest first. The carrier's own day filters are
 * not used: they look at the time of the start or the sending, which a queued record does not have.
 *
 * @throws Error when the list is longer than we ever read.
 */
export async function newestSince<T extends { dateCreated: unknown }>(
  first: Promise<Page<T>>,
  since: Date,
  signal: AbortSignal,
): Promise<T[]> {
  // Instants come in whole seconds: what was made in the second of `since` belongs to it.
  const sinceMs = Math.floor(since.getTime() / 1000) * 1000;
  const found: T[] = [];
  let page: Page<T> | undefined = await first;
  for (let pages = 1; page !== undefined && !signal.aborted; pages += 1) {
    const recent = page.instances.filter((record) => createdAtMs(record) >= sinceMs);
    found.push(...recent);
    // Newest first: a page without a recent record ends the search.
    if (recent.length === 0) break;
    if (pages >= MAX_PAGES && page.nextPageUrl) throw new Error(`more than ${MAX_PAGES * PAGE_SIZE} records`);
    page = await page.nextPage();
  }
  return found.sort((a, b) => createdAtMs(b) - createdAtMs(a));
}

/** A record without any readable time counts as new: it must not be overlooked. */
function createdAtMs(record: { dateCreated: unknown; startTime?: unknown }): number {
  const instant = dateOf(record.dateCreated) ?? dateOf(record.startTime);
  return instant === null ? Number.POSITIVE_INFINITY : instant.getTime();
}

/** The SDK hands back what it could not read as a date. */
export function dateOf(value: unknown): Date | null {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value : null;
}

/** The HTTP status of an SDK's error; null when there was no answer. */
export function statusOf(error: unknown): number | null {
  const { status } = error as { status?: unknown };
  return typeof status === 'number' ? status : null;
}

/** Twilio's own error number, see https://www.twilio.com/docs/api/errors; null when it gave none. */
export function codeOf(error: unknown): number | null {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' && code > 0 ? code : null;
}

/** For a request that failed, where it does not matter whether it was sent. `doing` says what was tried. */
export function providerError(doing: string, error: unknown): ProviderError {
  const status = statusOf(error);
  const retryable = status === null || status === 408 || status === 429 || status >= 500;
  const reason = error instanceof DeadlineError || status === null ? messageOf(error) : `status ${status}`;
  const retryAfterMs = error instanceof ThrottledError ? error.retryAfterMs : null;
  // The SDK's errors carry the request, with its credentials: not passed on as the cause.
  return new ProviderError(`${doing} failed: ${reason}`, {
    provider: 'twilio',
    status,
    retryable,
    retryAfterMs,
  });
}

/** The message, or what else names the error. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return error.message || (typeof code === 'string' ? code : error.name);
}

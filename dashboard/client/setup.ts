import { defaults } from './generated.ts';
import { newKey, UnansweredRequests } from './idempotency.ts';
import { IdleTimeout, withIdleTimeout } from './idle-timeout.ts';
import { ApiProblem, readProblem } from './problem.ts';

/**
 * Sends `ended` when the session has ended, so that the page asks for the key, and `renewed` when there is a
 * new one.
 */
class SessionNews extends EventTarget {
  #current = 0;

  /** The session that a request is sent with. */
  get current(): number {
    return this.#current;
  }

  /** A request was refused. One that was sent with an earlier session says nothing about the current one. */
  end(sentWith: number): void {
    if (sentWith === this.#current) this.dispatchEvent(new Event('ended'));
  }

  renew(): void {
    this.#current += 1;
    this.dispatchEvent(new Event('renewed'));
  }
}

export const sessionNews = new SessionNews();

const unanswered = new UnansweredRequests();

/** A request is aborted when nothing arrives for this long. */
const IDLE_TIMEOUT_MS = 30_000;

/**
 * Every request of the generated client passes through here. It adds the header that a session needs for
 * changes, and an idempotency key, so that a POST repeated without an answer takes effect once; problem
 * documents become errors.
 *
 * @param timeoutMs for a request that takes longer to answer
 * @example syncConversations({}, { fetch: requestWith(90_000) })
 */
export function requestWith(timeoutMs: number): typeof fetch {
  return async (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('x-ringleader-dashboard', '1');
    const session = sessionNews.current;
    const repeatable = repetitionOf(input, init);
    const key = repeatable === null ? newKey() : unanswered.keyFor(repeatable);
    if (init.method === 'POST') headers.set('idempotency-key', key);
    const caller = init.signal ?? null;
    const timeout = new IdleTimeout(timeoutMs, typeof init.body === 'string' ? init.body.length : 0);
    const signal = caller === null ? timeout.signal : AbortSignal.any([caller, timeout.signal]);
    let answer: Response;
    try {
      answer = withIdleTimeout(
        await fetch(input, { ...init, headers, signal, credentials: 'same-origin' }),
        timeout,
        caller,
      );
    } catch (error) {
      timeout.stop();
      if (caller?.aborted) throw error;
      if (repeatable !== null) unanswered.keep(repeatable, key);
      throw ApiProblem.unreachable();
    }
    if (answer.ok) {
      if (repeatable !== null) unanswered.forget(repeatable);
      return answer;
    }
    const problem = await readProblem(answer);
    // The first request may still be in progress. A refused one has freed its key, which may be used again.
    if (repeatable !== null) unanswered.keep(repeatable, key);
    if (problem.status === 401 && !String(input).endsWith('/sign-in')) sessionNews.end(session);
    throw problem;
  };
}

/**
 * Identifies a repeated change; null for requests without a key or without harm when repeated, such as a
 * pause.
 */
function repetitionOf(input: RequestInfo | URL, { method, body }: RequestInit): string | null {
  const isChange = method === 'POST' && String(input).startsWith('/api/') && typeof body === 'string';
  return isChange ? `${input} ${body}` : null;
}

defaults.baseUrl = '';
defaults.fetch = requestWith(IDLE_TIMEOUT_MS);

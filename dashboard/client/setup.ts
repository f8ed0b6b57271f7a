import { defaults } from './generated.ts';
import { newKey, UnansweredRequests } from './idempotency.ts';
import { heardOut, Patience } from './patience.ts';
import { ApiProblem, readProblem } from './problem.ts';

/**
 * Notifies of the session's end (`ended`), whereupon the page asks for the key over what it shows, and of a new one
 * (`renewed`).
 */
export const sessionNews = new EventTarget();

const unanswered = new UnansweredRequests();

/** A request is aborted when nothing of its answer arrives for this long. */
const PATIENCE_MS = 30_000;

/**
 * Every request of the generated client passes here. It adds the header that a session needs for changes and an
 * idempotency key for POSTs, and turns problem documents into errors.
 *
 * @param patienceMs for a request whose answer takes longer to begin
 * @example syncConversations({}, { fetch: requestWith(90_000) })
 */
export function requestWith(patienceMs: number): typeof fetch {
  return async (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('x-ringleader-dashboard', '1');
    const repeatable = repetitionOf(input, init);
    const key = repeatable === null ? newKey() : unanswered.keyFor(repeatable);
    if (init.method === 'POST') headers.set('idempotency-key', key);
    const caller = init.signal ?? null;
    const patience = new Patience(patienceMs, typeof init.body === 'string' ? init.body.length : 0);
    const signal = caller === null ? patience.signal : AbortSignal.any([caller, patience.signal]);
    let answer: Response;
    try {
      answer = heardOut(
        await fetch(input, { ...init, headers, signal, credentials: 'same-origin' }),
        patience,
        caller,
      );
    } catch (error) {
      patience.stop();
      if (caller?.aborted) throw error;
      if (repeatable !== null) unanswered.keep(repeatable, key);
      throw ApiProblem.unreachable();
    }
    if (answer.ok) {
      if (repeatable !== null) unanswered.forget(repeatable);
      return answer;
    }
    const problem = await readProblem(answer);
    // The first may still be running. A refused request has released its key, which may be used again.
    if (repeatable !== null) unanswered.keep(repeatable, key);
    if (problem.status === 401 && !String(input).endsWith('/sign-in'))
      sessionNews.dispatchEvent(new Event('ended'));
    throw problem;
  };
}

/** What identifies a retry; null where repeating does no harm, as with a pause, or where there is no key. */
function repetitionOf(input: RequestInfo | URL, { method, body }: RequestInit): string | null {
  const isChange = method === 'POST' && String(input).startsWith('/api/') && typeof body === 'string';
  return isChange ? `${input} ${body}` : null;
}

defaults.baseUrl = '';
defaults.fetch = requestWith(PATIENCE_MS);

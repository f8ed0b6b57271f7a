import { defaults } from './generated.ts';
import { newKey, UnansweredRequests } from './idempotency.ts';
import { heardOut, Patience } from './patience.ts';
import { ApiProblem, readProblem } from './problem.ts';

/**
 * Tells when the session has `ended`, whereupon the page asks for the key again over what it shows, and when
 * there is a new one (`renewed`).
 */
export const sessionNews = new EventTarget();

const unanswered = new UnansweredRequests();

/** When nothing of an answer came for so long, a request is given up. */
const PATIENCE_MS = 30_000;

/**
 * Every request of the generated client goes through here: the header without which a session may change nothing,
 * a key by which a POST that is made once more, because no answer came, acts once, and problem documents as errors.
 *
 * @param patienceMs for a request whose answer takes longer than others to begin
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
    // Perhaps the first is being carried out still. What was refused has freed its key, and may have it again.
    if (repeatable !== null) unanswered.keep(repeatable, key);
    if (problem.status === 401 && !String(input).endsWith('/sign-in'))
      sessionNews.dispatchEvent(new Event('ended'));
    throw problem;
  };
}

/** By what a change that is made once more is known; null for what does no harm twice, such as a pause, or has no key. */
function repetitionOf(input: RequestInfo | URL, { method, body }: RequestInit): string | null {
  const isChange = method === 'POST' && String(input).startsWith('/api/') && typeof body === 'string';
  return isChange ? `${input} ${body}` : null;
}

defaults.baseUrl = '';
defaults.fetch = requestWith(PATIENCE_MS);

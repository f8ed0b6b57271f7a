import { defaults } from './generated.ts';
import { ApiProblem, readProblem } from './problem.ts';

/**
 * Tells when the session has `ended`, whereupon the page asks for the key again over what it shows, and when
 * there is a new one (`renewed`).
 */
export const sessionNews = new EventTarget();

/** Without an answer's first byte for so long, a request is given up. */
const PATIENCE_MS = 30_000;

/**
 * Every request of the generated client goes through here: the header without which a session may change nothing,
 * a key that lets a repeated POST act once, and problem documents as errors.
 */
async function request(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('x-ringleader-dashboard', '1');
  if (init.method === 'POST' && !headers.has('idempotency-key')) {
    headers.set('idempotency-key', crypto.randomUUID());
  }
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, patience]) : patience;
  let answer: Response;
  try {
    answer = await fetch(input, { ...init, headers, signal, credentials: 'same-origin' });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw ApiProblem.unreachable();
  }
  if (answer.ok) return answer;
  const problem = await readProblem(answer);
  if (problem.status === 401 && !String(input).endsWith('/sign-in'))
    sessionNews.dispatchEvent(new Event('ended'));
  throw problem;
}

defaults.baseUrl = '';
defaults.fetch = request;

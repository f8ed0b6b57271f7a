import { ApiProblem } from './problem.ts';

/** Slowest accepted upload in bytes per millisecond; the timeout for the answer starts after it. */
const SLOWEST_UPLOAD = 8;

/** Aborts a request when nothing arrives for too long; a slow answer may continue. */
export class IdleTimeout {
  readonly #controller = new AbortController();
  readonly #timeoutMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param sentBytes of the body, which extend the first timeout */
  constructor(timeoutMs: number, sentBytes = 0) {
    this.#timeoutMs = timeoutMs;
    this.#waitFor(timeoutMs + sentBytes / SLOWEST_UPLOAD);
  }

  /** Aborts with an `ApiProblem`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Restarts the timeout. */
  renew(): void {
    this.#waitFor(this.#timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #waitFor(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(ApiProblem.unreachable()), ms);
  }
}

const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** An answer whose body is read under the timeout. A broken connection becomes an `ApiProblem`. */
export function withIdleTimeout(
  answer: Response,
  timeout: IdleTimeout,
  caller: AbortSignal | null,
): Response {
  // A browser may give such an answer an empty body, which `Response` rejects for these statuses.
  if (answer.body === null || BODILESS.has(answer.status)) {
    timeout.stop();
    return answer;
  }
  timeout.renew();
  const reader = answer.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          timeout.stop();
          controller.close();
          return;
        }
        timeout.renew();
        controller.enqueue(value);
      } catch (error) {
        timeout.stop();
        controller.error(caller?.aborted ? error : ApiProblem.unreachable());
      }
    },
    cancel(reason) {
      timeout.stop();
      return reader.cancel(reason);
    },
  });
  return new Response(body, answer);
}

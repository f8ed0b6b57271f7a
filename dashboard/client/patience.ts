import { ApiProblem } from './problem.ts';

/** A body is sent no more slowly than that, in bytes per millisecond; only then is its answer waited for. */
const SLOWEST_UPLOAD = 8;

/** Gives a request up when nothing was heard for too long; what still comes, however slowly, is waited for. */
export class Patience {
  readonly #controller = new AbortController();
  readonly #lastsMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param sentBytes of the body, for which there is time beside `lastsMs` */
  constructor(lastsMs: number, sentBytes = 0) {
    this.#lastsMs = lastsMs;
    this.#waitFor(lastsMs + sentBytes / SLOWEST_UPLOAD);
  }

  /** Aborts with an `ApiProblem`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something was heard. */
  renew(): void {
    this.#waitFor(this.#lastsMs);
  }

  /** There is nothing more to wait for. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #waitFor(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(ApiProblem.unreachable()), ms);
  }
}

const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** An answer whose body is waited for while it comes. One that breaks off is a problem as any other. */
export function heardOut(answer: Response, patience: Patience, caller: AbortSignal | null): Response {
  // A browser may give an answer without a body an empty one, with which no answer of such a status can be made.
  if (answer.body === null || BODILESS.has(answer.status)) {
    patience.stop();
    return answer;
  }
  patience.renew();
  const reader = answer.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          patience.stop();
          controller.close();
          return;
        }
        patience.renew();
        controller.enqueue(value);
      } catch (error) {
        patience.stop();
        controller.error(caller?.aborted ? error : ApiProblem.unreachable());
      }
    },
    cancel(reason) {
      patience.stop();
      return reader.cancel(reason);
    },
  });
  return new Response(body, answer);
}

import { ApiProblem } from './problem.ts';

/** The slowest upload that is waited for, in bytes per millisecond. */
const SLOWEST_UPLOAD = 8;

/** Aborts a request that receives nothing for too long. A slow answer is waited for while it makes progress. */
export class Patience {
  readonly #controller = new AbortController();
  readonly #lastsMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param sentBytes of the body, which get time beyond `lastsMs` */
  constructor(lastsMs: number, sentBytes = 0) {
    this.#lastsMs = lastsMs;
    this.#waitFor(lastsMs + sentBytes / SLOWEST_UPLOAD);
  }

  /** Aborts with an `ApiProblem`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something was received. */
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

/** An answer whose body is waited for. One that breaks off is an `ApiProblem`. */
export function heardOut(answer: Response, patience: Patience, caller: AbortSignal | null): Response {
  // Browsers may give these an empty body, with which no `Response` of such a status can be made.
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

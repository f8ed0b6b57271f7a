/** Within this time a repeated request counts as a retry of the unanswered one. */
const KEPT_MS = 5 * 60_000;

/** `crypto.randomUUID` is missing on pages without HTTPS. */
export function newKey(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Keys of requests without an answer, which may or may not have been carried out. The same request, repeated
 * by the person, is sent with its first key and so takes effect once.
 */
export class UnansweredRequests {
  readonly #byRequest = new Map<string, { key: string; until: number }>();

  /** @param request address and body, which identify a repetition */
  keyFor(request: string, now = Date.now()): string {
    for (const [known, { until }] of this.#byRequest) if (until <= now) this.#byRequest.delete(known);
    return this.#byRequest.get(request)?.key ?? newKey();
  }

  keep(request: string, key: string, now = Date.now()): void {
    this.#byRequest.set(request, { key, until: now + KEPT_MS });
  }

  forget(request: string): void {
    this.#byRequest.delete(request);
  }
}

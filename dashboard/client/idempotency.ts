/** For so long a request that is made once more is taken for the one that was not answered. */
const KEPT_MS = 5 * 60_000;

/** A key that nobody else has. Not by `crypto.randomUUID`: a page that came without HTTPS does not have that. */
export function newKey(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The keys of requests whose answer never came. Nobody knows whether they were carried out: the same request, made
 * once more by the person who waits for it, goes with its first key and so acts once.
 */
export class UnansweredRequests {
  readonly #byRequest = new Map<string, { key: string; until: number }>();

  /** @param request address and body, by which a repetition is known */
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

/** A permission to dial is good for so long after it was committed; then the gate is passed again. */
const PERMIT_MS = 1_000;

/**
 * How much time has passed on both of the process's clocks since it was made. The monotonic one stands still while the
 * machine is suspended, and the wall clock may be set: whichever has moved further counts.
 */
export class Elapsed {
  readonly #wallMs = Date.now();
  readonly #monotonicMs = performance.now();

  get ms(): number {
    return Math.max(Math.abs(Date.now() - this.#wallMs), performance.now() - this.#monotonicMs);
  }
}

/** What a passed gate allows: one dial, at once, and inside the hours that were judged. */
export class Permit {
  /** When the calling window closes, after the judgement; null for not soon. */
  readonly #closesInMs: number | null;
  readonly #marginMs: number;
  readonly #sinceJudged: Elapsed;
  readonly #sinceGranted = new Elapsed();

  /** `judgedAt` is the database's time, read when `sinceJudged` had begun. */
  constructor({
    judgedAt,
    sinceJudged,
    closesAt,
    marginMs,
  }: { judgedAt: Date; sinceJudged: Elapsed; closesAt: Date | null; marginMs: number }) {
    this.#closesInMs = closesAt === null ? null : closesAt.getTime() - judgedAt.getTime();
    this.#marginMs = marginMs;
    this.#sinceJudged = sinceJudged;
  }

  /** Since it was granted, which is before its commit. */
  get ageMs(): number {
    return this.#sinceGranted.ms;
  }

  /** Until the hours end; infinite when that is not soon. */
  get closesInMs(): number {
    return this.#closesInMs === null ? Number.POSITIVE_INFINITY : this.#closesInMs - this.#sinceJudged.ms;
  }

  isValid(): boolean {
    return this.ageMs <= PERMIT_MS && this.closesInMs >= this.#marginMs;
  }
}

/** Hands out turns at a rate: as many at once as come in a second, then one after another. */
export class Pace {
  #perSecond: number;
  #turns: number;
  #atMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#turns = this.#most;
    this.#atMs = nowMs;
  }

  set perSecond(perSecond: number) {
    this.#perSecond = perSecond;
    this.#turns = Math.min(this.#turns, this.#most);
  }

  /** Takes a turn. False when there is none yet. */
  take(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#turns < 1) return false;
    this.#turns -= 1;
    return true;
  }

  /** When it is worth asking again: at a high rate several turns come together, so that not each has its own timer. */
  nextAtMs(nowMs: number): number {
    this.#refill(nowMs);
    const wanted = Math.max(1, this.#perSecond / 2);
    return nowMs + Math.max(0, Math.ceil(((wanted - this.#turns) / this.#perSecond) * 1_000));
  }

  get #most(): number {
    return Math.max(1, this.#perSecond);
  }

  #refill(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#turns = Math.min(this.#most, this.#turns + (passedMs / 1_000) * this.#perSecond);
    this.#atMs = Math.max(this.#atMs, nowMs);
  }
}

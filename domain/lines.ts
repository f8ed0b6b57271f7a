import type { RetryKind } from './retry.ts';

export type LineKind = RetryKind | 'first';

export interface Grant {
  leadId: string;
  /** Counts the grants of a campaign, so that giving back an old line cannot free a newer one. */
  line: number;
}

/** A lead's workflow that was restarted in the middle of a call has no line that anybody counts. */
export const NO_LINE = 0;

/** A pool, as the next run gets it. */
export interface CarriedLines {
  limit: number;
  nextLine: number;
  held: [leadId: string, line: number, sinceMs: number][];
}

/** A campaign's lines, and who holds one. A repeated step has no effect. */
export class LinePool {
  limit: number;
  #nextLine: number;
  readonly #held = new Map<string, { line: number; sinceMs: number }>();

  constructor({ limit, nextLine, held }: CarriedLines) {
    this.limit = limit;
    this.#nextLine = nextLine;
    for (const [leadId, line, sinceMs] of held) this.#held.set(leadId, { line, sinceMs });
  }

  /** `firstLine` is larger than every number that an earlier pool of the campaign has given. */
  static empty({ limit, firstLine }: { limit: number; firstLine: number }): LinePool {
    return new LinePool({ limit, nextLine: firstLine, held: [] });
  }

  get inUse(): number {
    return this.#held.size;
  }

  get free(): number {
    return Math.max(0, this.limit - this.#held.size);
  }

  holds(leadId: string): boolean {
    return this.#held.has(leadId);
  }

  take(leadId: string, nowMs: number): Grant {
    const grant = { leadId, line: this.#nextLine };
    this.#nextLine += 1;
    this.#held.set(leadId, { line: grant.line, sinceMs: nowMs });
    return grant;
  }

  /** Counts a line that an earlier pool gave to a lead, which is in a call: whatever its number is. */
  adopt(leadId: string, nowMs: number): void {
    if (!this.#held.has(leadId)) this.#held.set(leadId, { line: NO_LINE, sinceMs: nowMs });
  }

  /** Takes this line back. False when the lead does not hold it. */
  release(leadId: string, line: number): boolean {
    const held = this.#held.get(leadId);
    if (held === undefined || (held.line !== line && held.line !== NO_LINE)) return false;
    return this.#held.delete(leadId);
  }

  /** The lead still needs its line: it counts as held from now. */
  extend(leadId: string, nowMs: number): void {
    const held = this.#held.get(leadId);
    if (held !== undefined) held.sinceMs = nowMs;
  }

  /** Takes back the lead's line, whatever its number is. */
  drop(leadId: string): void {
    this.#held.delete(leadId);
  }

  /** Leads that got their line before this time, the first ones first. */
  heldSinceBefore(ms: number): string[] {
    return [...this.#held].filter(([, { sinceMs }]) => sinceMs < ms).map(([leadId]) => leadId);
  }

  /** When the oldest line was granted; null when none is held. */
  oldestSinceMs(): number | null {
    let oldest: number | null = null;
    for (const { sinceMs } of this.#held.values()) oldest = Math.min(oldest ?? sinceMs, sinceMs);
    return oldest;
  }

  carry(): CarriedLines {
    return {
      limit: this.limit,
      nextLine: this.#nextLine,
      held: [...this.#held].map(([leadId, { line, sinceMs }]) => [leadId, line, sinceMs]),
    };
  }
}

/** A lead gives its line back. */
export interface LineFreed {
  leadId: string;
  /** The number of the grant that is given back. */
  line: number;
  /** What the lead does next. `requeue`: it is due at once, as soon as its campaign may call. */
  next: 'finished' | 'backing_off' | 'requeue';
  /** The gate found that the campaign may not call, which its workflow has missed. */
  paused?: boolean;
  /** ISO time at which the lead is due again. */
  dueAt?: string;
}

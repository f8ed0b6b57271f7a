import type { Grant, LineKind } from '#domain/lines.ts';

/** Who gets a line first: callbacks were promised, retries have begun, first calls can wait. */
const KIND_ORDER: Readonly<Record<LineKind, number>> = { callback: 0, retry: 1, first: 2 };

/** A pool, as the next run gets it. */
export interface CarriedLines {
  limit: number;
  nextLine: number;
  held: [leadId: string, line: number, sinceMs: number][];
  wanted: [leadId: string, kind: LineKind][];
}

/** A campaign's lines: who holds one, and who waits for one. A repeated step has no effect. */
export class LinePool {
  limit: number;
  #nextLine: number;
  readonly #held = new Map<string, { line: number; sinceMs: number }>();
  readonly #wanted = new Map<string, LineKind>();

  constructor(carried: CarriedLines) {
    this.limit = carried.limit;
    this.#nextLine = carried.nextLine;
    for (const [leadId, line, sinceMs] of carried.held) this.#held.set(leadId, { line, sinceMs });
    for (const [leadId, kind] of carried.wanted) this.#wanted.set(leadId, kind);
  }

  static empty(limit: number): LinePool {
    return new LinePool({ limit, nextLine: 1, held: [], wanted: [] });
  }

  get inUse(): number {
    return this.#held.size;
  }

  get waiting(): number {
    return this.#wanted.size;
  }

  get free(): number {
    return Math.max(0, this.limit - this.#held.size);
  }

  /** Gives a line to a lead that is just being started. */
  take(leadId: string, nowMs: number): Grant {
    const grant = { leadId, line: this.#nextLine };
    this.#nextLine += 1;
    this.#wanted.delete(leadId);
    this.#held.set(leadId, { line: grant.line, sinceMs: nowMs });
    return grant;
  }

  /** Puts a lead in the queue. One that still holds a line was restarted without it, so the line is taken back. */
  want(leadId: string, kind: LineKind): void {
    this.#held.delete(leadId);
    this.#wanted.set(leadId, kind);
  }

  /** Takes this line back. False when the lead does not hold it. */
  release(leadId: string, line: number): boolean {
    if (this.#held.get(leadId)?.line !== line) return false;
    return this.#held.delete(leadId);
  }

  /** The lead still needs its line: it counts as held from now. */
  extend(leadId: string, nowMs: number): void {
    const held = this.#held.get(leadId);
    if (held !== undefined) held.sinceMs = nowMs;
  }

  /** Takes back the lead's line and its place in the queue. */
  drop(leadId: string): void {
    this.#held.delete(leadId);
    this.#wanted.delete(leadId);
  }

  /** Grants a free line to the next lead in the queue; null when no line is free or no lead waits. */
  grantNext(nowMs: number): Grant | null {
    if (this.free === 0) return null;
    let next: string | null = null;
    let best = Number.POSITIVE_INFINITY;
    for (const [leadId, kind] of this.#wanted) {
      if (KIND_ORDER[kind] >= best) continue;
      best = KIND_ORDER[kind];
      next = leadId;
    }
    return next === null ? null : this.take(next, nowMs);
  }

  /** Leads that got their line before this time. */
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
      wanted: [...this.#wanted],
    };
  }
}

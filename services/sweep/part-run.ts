import type { Context } from '../context.ts';
import { ServiceError } from '../errors.ts';

/** What a part could not mend. `first` names the first thing, such as `campaign <id>`; null when the part itself failed. */
export interface PartFailure {
  part: string;
  failed: number;
  first: string | null;
  reason: string;
}

/** A part ends by itself after so long; what it did not get to is for the next sweep. */
const LIMIT_MS = 45_000;
/** What a part mends at a time: each holds at most one connection. */
const AT_ONCE = 8;
/** After so many failures in a row, whatever they need is down for the others as well. */
const MOST_IN_A_ROW = 24;

/**
 * One run of one part of the sweep. The part looks for what is to be mended and has `each` go through it, so that one
 * thing that fails neither stops the next nor goes unsaid.
 */
export class PartRun {
  /** Things that did not change since are nobody's work under way. */
  readonly before: Date;
  readonly now: Date;
  readonly #context: Pick<Context, 'heartbeat' | 'sleep'>;
  readonly #part: string;
  readonly #endsAtMs: number;
  #failure: PartFailure | null = null;
  #failedInARow = 0;

  constructor(
    context: Pick<Context, 'heartbeat' | 'sleep'>,
    { part, now, before, limitMs = LIMIT_MS }: { part: string; now: Date; before: Date; limitMs?: number },
  ) {
    this.#context = context;
    this.#part = part;
    this.now = now;
    this.before = before;
    this.#endsAtMs = performance.now() + limitMs;
  }

  /** Its time is over, or nothing succeeds: the next page is for the next sweep. */
  get isOver(): boolean {
    return performance.now() > this.#endsAtMs || this.#failedInARow >= MOST_IN_A_ROW;
  }

  get failure(): PartFailure | null {
    return this.#failure;
  }

  /**
   * Mends these, several at a time and at most so many a second. `mend` is false for what needed nothing. Returns how
   * many were mended.
   */
  async each<T>(
    things: readonly T[],
    { name, perSecond }: { name: (thing: T) => string; perSecond?: number },
    mend: (thing: T) => Promise<boolean>,
  ): Promise<number> {
    const left = things.values();
    const startedAtMs = performance.now();
    let begun = 0;
    let mended = 0;
    const work = async () => {
      for (const thing of left) {
        if (this.isOver) return;
        this.#context.heartbeat();
        const dueAtMs = perSecond === undefined ? 0 : startedAtMs + (begun * 1_000) / perSecond;
        begun += 1;
        const earlyMs = dueAtMs - performance.now();
        if (earlyMs > 0) await this.#context.sleep(earlyMs);
        if (await this.#attempt(thing, name, mend)) mended += 1;
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, things.length) }, work));
    return mended;
  }

  /**
   * Goes through everything that `read` finds, in pages, as `each` does. `read` gives what comes after the last thing
   * of the page before: no more than `pageSize`, and fewer only at the end.
   */
  async throughPages<T>(
    {
      read,
      pageSize,
      name,
    }: { read: (after: T | null) => Promise<T[]>; pageSize: number; name: (thing: T) => string },
    mend: (thing: T) => Promise<boolean>,
  ): Promise<number> {
    let after: T | null = null;
    for (let mended = 0; ; ) {
      const page: T[] = await read(after);
      mended += await this.each(page, { name }, mend);
      after = page.at(-1) ?? null;
      if (after === null || page.length < pageSize || this.isOver) return mended;
    }
  }

  async #attempt<T>(
    thing: T,
    name: (thing: T) => string,
    mend: (thing: T) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      const mended = await mend(thing);
      this.#failedInARow = 0;
      return mended;
    } catch (error) {
      this.#failedInARow += 1;
      this.fail(error, name(thing));
      return false;
    }
  }

  /** Notes a failure: of one thing, or of the part itself. */
  fail(error: unknown, thing: string | null = null): void {
    this.#failure ??= { part: this.#part, failed: 0, first: thing, reason: reasonOf(error) };
    this.#failure.failed += 1;
  }
}

/** Without the words of a driver or provider, which may name a person: the reason stands in histories and on a list. */
function reasonOf(error: unknown): string {
  if (error instanceof ServiceError) return error.message;
  if (!(error instanceof Error)) return 'An unknown failure.';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}

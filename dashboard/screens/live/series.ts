import type { Call } from '../../client/generated.ts';
import type { LiveEvent } from '../../live/stream.ts';

export const WINDOW_MS = 10 * 60_000;
export const STEP_MS = 10_000;
/** Remembers answered calls, so that their end does not count them again. */
const MAX_REMEMBERED = 5_000;

interface Bucket {
  begun: number;
  answered: number;
}

/** The chart's data: the ends of its steps in Unix seconds, and the counts in each. */
export type SeriesData = [at: number[], begun: number[], answered: number[]];

/** Counts calls and answers of the last minutes in steps of ten seconds. */
export class CallSeries {
  readonly #buckets = new Map<number, Bucket>();
  readonly #begun = new Set<string>();
  readonly #answered = new Set<string>();

  /** Adds calls from before the page was opened. */
  seed(calls: readonly Call[]): void {
    for (const { id, startedAt, answeredAt, reach } of calls) {
      this.#begin(id, startedAt);
      if (answeredAt !== null && (reach === null || reach === 'answered')) this.#answer(id, answeredAt);
    }
  }

  /** @returns whether the chart has changed */
  take({ type, callId, at, data }: LiveEvent): boolean {
    if (callId === null) return false;
    if (type === 'call.started') return this.#begin(callId, at);
    const talks = type === 'call.updated' && data.status === 'in_progress';
    const talked = type === 'call.ended' && data.reach === 'answered';
    return (talks || talked) && this.#answer(callId, at);
  }

  read(nowMs: number): SeriesData {
    const last = Math.floor(nowMs / STEP_MS);
    const first = last - WINDOW_MS / STEP_MS + 1;
    for (const step of this.#buckets.keys()) if (step < first) this.#buckets.delete(step);
    const data: SeriesData = [[], [], []];
    for (let step = first; step <= last; step += 1) {
      const { begun, answered } = this.#buckets.get(step) ?? { begun: 0, answered: 0 };
      data[0].push(((step + 1) * STEP_MS) / 1000);
      data[1].push(begun);
      data[2].push(answered);
    }
    return data;
  }

  #begin(id: string, at: string): boolean {
    return once(this.#begun, id) && this.#add(at, 'begun');
  }

  #answer(id: string, at: string): boolean {
    return once(this.#answered, id) && this.#add(at, 'answered');
  }

  #add(at: string, what: keyof Bucket): boolean {
    const step = Math.floor(Date.parse(at) / STEP_MS);
    const bucket = this.#buckets.get(step) ?? { begun: 0, answered: 0 };
    bucket[what] += 1;
    this.#buckets.set(step, bucket);
    return true;
  }
}

function once(seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  if (seen.size > MAX_REMEMBERED) {
    const [oldest] = seen;
    if (oldest !== undefined) seen.delete(oldest);
  }
  return true;
}

import type { Dial } from './snapshot.ts';

/** A stretch of time, its end exclusive. */
export interface Span {
  startMs: number;
  endMs: number;
}

/** The time during which an accepted dial kept a phone and a line busy; without end while it does. */
export function callSpan(dial: Dial): Span {
  return {
    startMs: dial.startedAtMs ?? dial.receivedAtMs,
    endMs: dial.endedAtMs ?? Number.POSITIVE_INFINITY,
  };
}

/** The most spans that hold at once, and the first instant at which they do. */
export function peakOf(spans: Iterable<Span>): { count: number; atMs: number | null } {
  const changes: { atMs: number; by: 1 | -1 }[] = [];
  for (const { startMs, endMs } of spans) changes.push({ atMs: startMs, by: 1 }, { atMs: endMs, by: -1 });
  // At one instant ends come first: a line may be taken again in the millisecond in which it was given back.
  changes.sort((a, b) => (a.atMs === b.atMs ? a.by - b.by : a.atMs - b.atMs));
  let count = 0;
  let peak: { count: number; atMs: number | null } = { count: 0, atMs: null };
  for (const { atMs, by } of changes) {
    count += by;
    if (count > peak.count) peak = { count, atMs };
  }
  return peak;
}

/** An instant for a violation's text. */
export function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}

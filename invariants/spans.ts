import type { Dial } from './snapshot.ts';

/** The end is exclusive. */
export interface Span {
  startMs: number;
  endMs: number;
}

/** The time in which an accepted dial occupied a phone and a line; without end while it still does. */
export function callSpan(dial: Dial): Span {
  return {
    startMs: dial.startedAtMs ?? dial.receivedAtMs,
    endMs: dial.endedAtMs ?? Number.POSITIVE_INFINITY,
  };
}

/** The largest number of simultaneous spans, and its first instant. */
export function peakOf(spans: Iterable<Span>): { count: number; atMs: number | null } {
  const changes: { atMs: number; by: 1 | -1 }[] = [];
  for (const { startMs, endMs } of spans) changes.push({ atMs: startMs, by: 1 }, { atMs: endMs, by: -1 });
  // At one instant ends come first: a freed line may be taken again in the same millisecond.
  changes.sort((a, b) => (a.atMs === b.atMs ? a.by - b.by : a.atMs - b.atMs));
  let count = 0;
  let peak: { count: number; atMs: number | null } = { count: 0, atMs: null };
  for (const { atMs, by } of changes) {
    count += by;
    if (count > peak.count) peak = { count, atMs };
  }
  return peak;
}

export function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}

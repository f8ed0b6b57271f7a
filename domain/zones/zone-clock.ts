import { Temporal as CalendarTime } from 'temporal-polyfill';

const DAY_MS = 86_400_000;

/** No zone's clock is further from UTC than this, whole skipped days included. */
const MAX_SHIFT_MS = 2 * DAY_MS;

/** More than any schedule needs; the bound is against nonsense. */
const MAX_SPANS_PER_ZONE = 256;

/** A stretch of time during which a zone's offset from UTC does not change; `untilMs` is exclusive. */
interface Span {
  fromMs: number;
  untilMs: number;
  offsetMs: number;
}

/** Finding a transition takes milliseconds, so each is looked up once. */
const spansByZone = new Map<string, Span[]>();

function spanAt(zone: string, atMs: number): Span {
  let spans = spansByZone.get(zone);
  if (spans === undefined || spans.length >= MAX_SPANS_PER_ZONE) {
    spans = [];
    spansByZone.set(zone, spans);
  }
  for (const span of spans) {
    if (atMs >= span.fromMs && atMs < span.untilMs) return span;
  }
  const moment = CalendarTime.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
  // `previous` looks strictly before its moment, and a transition at the moment itself starts the span.
  const begin = moment.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const end = moment.getTimeZoneTransition('next');
  const span: Span = {
    fromMs: begin?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    untilMs: end?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: moment.offsetNanoseconds / 1_000_000,
  };
  spans.push(span);
  return span;
}

/**
 * What the zone's clock shows at an instant, as the milliseconds since 1970-01-01T00:00 on that clock.
 *
 * @throws RangeError when there is no such zone or instant
 */
export function wallMsAt(zone: string, atMs: number): number {
  return atMs + spanAt(zone, atMs).offsetMs;
}

/**
 * The instants at which the zone's clock shows a time: first and last are the same on ordinary days and differ
 * when the clock goes back over it. A time the clock skips is taken to be the instant of the jump.
 *
 * @param wallMs as `wallMsAt` counts it
 * @throws RangeError when there is no such zone or instant
 */
export function instantsAtWall(zone: string, wallMs: number): { firstMs: number; lastMs: number } {
  let firstMs: number | null = null;
  let lastMs: number | null = null;
  let jumpMs: number | null = null;
  let span = spanAt(zone, wallMs - MAX_SHIFT_MS);
  for (;;) {
    const atMs = wallMs - span.offsetMs;
    if (atMs < span.fromMs) {
      jumpMs ??= span.fromMs;
    } else if (atMs < span.untilMs) {
      firstMs ??= atMs;
      lastMs = atMs;
    }
    if (span.untilMs > wallMs + MAX_SHIFT_MS) break;
    span = spanAt(zone, span.untilMs);
  }
  if (firstMs !== null && lastMs !== null) return { firstMs, lastMs };
  if (jumpMs === null) throw new RangeError(`the clock of ${zone} never shows ${wallMs}`);
  return { firstMs: jumpMs, lastMs: jumpMs };
}

import { NONE } from './numbers.ts';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

/** In the viewer's zone: only the time today, otherwise with the day. */
export function formatTime(iso: string | null, now = new Date()): string {
  if (iso === null) return NONE;
  const at = new Date(iso);
  return at.toDateString() === now.toDateString() ? time.format(at) : dayAndTime.format(at);
}

/** A full date and time in the viewer's zone, for a hint. */
export function formatFullTime(iso: string): string {
  return full.format(new Date(iso));
}

/** The clock at `iso` in a zone, such as "Mon, 14:05". Null when the browser does not know the zone. */
export function formatTimeIn(iso: string, timeZone: string): string | null {
  try {
    return new Intl.DateTimeFormat(undefined, {
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      timeZone,
    }).format(new Date(iso));
  } catch {
    return null;
  }
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** "in 3 hours" or "5 minutes ago". */
export function formatRelative(iso: string, now = Date.now()): string {
  const difference = new Date(iso).getTime() - now;
  const [unit, size] = UNITS.find(([, ms]) => Math.abs(difference) >= ms) ?? ['second', 1_000];
  // Never rounded up to sixty minutes.
  return relative.format(Math.trunc(difference / size), unit);
}

/** In the viewer's zone, in the format of a datetime-local control. */
export function toLocalInput(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

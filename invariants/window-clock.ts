import type { CallingWindow } from '#domain/window.ts';

/** The hours that a decision kept. The window must be open in each of `zones`. */
export interface WindowFacts {
  zones: string[];
  window: CallingWindow;
}

/** From a decision's logged facts; null when missing or malformed. */
export function readWindowFacts(facts: Readonly<Record<string, unknown>>): WindowFacts | null {
  const { zones, window } = facts;
  if (!Array.isArray(zones) || !zones.every((zone) => typeof zone === 'string') || !isWindow(window))
    return null;
  return { zones: window.timeZone === 'lead' ? zones : [window.timeZone], window };
}

function isWindow(value: unknown): value is CallingWindow {
  if (typeof value !== 'object' || value === null) return false;
  const { timeZone, days } = value as Record<string, unknown>;
  return typeof timeZone === 'string' && typeof days === 'object' && days !== null;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * Whether an instant lies inside the window on one zone's clock, and on no holiday. It uses Intl alone, so
 * that it shares no code with the product. False for an unknown zone.
 */
export function isInside(
  window: CallingWindow,
  zone: string,
  holidays: ReadonlySet<string>,
  atMs: number,
): boolean {
  const clock = readClock(zone, atMs);
  if (clock === null || holidays.has(clock.date)) return false;
  const hours = Object.entries(window.days).find(([day]) => day === clock.weekday)?.[1] ?? [];
  return hours.some(([start, end]) => clock.time >= start && clock.time < end);
}

/** `time` is `HH:MM`, which compares as text; seconds never cross a limit. */
function readClock(zone: string, atMs: number): { date: string; weekday: string; time: string } | null {
  try {
    const format = formats.get(zone) ?? formatFor(zone);
    formats.set(zone, format);
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    return {
      date: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
      weekday: (parts.get('weekday') ?? '').toLowerCase(),
      time: `${parts.get('hour')}:${parts.get('minute')}`,
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function formatFor(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
}

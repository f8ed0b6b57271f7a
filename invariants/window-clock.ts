import type { CallingWindow } from '#domain/window.ts';

/** What a decision says about the hours it kept. `zones` are those in which the window has to be open. */
export interface WindowFacts {
  zones: string[];
  window: CallingWindow;
}

/** The window and zones of a decision's logged facts; null when they are not there or not to be read. */
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
 * Whether an instant lies inside the window on one zone's clock, on no holiday. Reads the clock through Intl alone, so
 * that it shares nothing with the code that it checks. False for an unknown zone.
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

/** `time` is `HH:MM`, which compares as text: the seconds of a minute never change on which side of a limit it is. */
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

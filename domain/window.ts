import { z } from 'zod';
import { isHolidayCalendar } from './holidays.ts';
import { format } from './text.ts';
import { byWord } from './words.ts';
import { isTimeZone } from './zones/time-zone.ts';
import { instantsAtWall, wallMsAt } from './zones/zone-clock.ts';

/** Sunday first, as JavaScript counts. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const timeOfDay = z.string().max(5).meta({ pattern: '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$' });

/** `[start, end]` as `HH:MM` on the zone's clock; the end is exclusive, `24:00` the end of the day. */
const hours = z
  .array(z.tuple([timeOfDay, timeOfDay]).meta({ minItems: 2, maxItems: 2 }))
  .max(24)
  // A day that is not named is closed.
  .default([])
  .meta({
    example: [['10:00', '19:00']],
    description: 'HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another',
  });

const timeZone = z
  .string()
  .max(64)
  .refine((name) => name === 'lead' || isTimeZone(name), 'must be "lead" or an IANA time zone')
  .meta({ ...format('time-zone'), example: 'lead', description: 'IANA, or lead: the zones of each lead' });

const days = z.strictObject(byWord(WEEKDAYS, () => hours)).superRefine((value, context) => {
  for (const problem of validateWindow({ timeZone: 'lead', days: value })) {
    // Each problem is "days.mon.0: what"; the path to `days` is known here.
    const [path = '', ...message] = problem.split(': ');
    context.addIssue({ code: 'custom', path: path.split('.').slice(1), message: message.join(': ') });
  }
});

const holidays = z
  .string()
  .max(20)
  .refine(isHolidayCalendar, 'is not a holiday calendar such as US or US-CA')
  .meta({ ...format('holiday-calendar'), example: 'US-CA' });

/** The hours in which a lead may be called. */
export const callingWindow = z.object({
  /** `lead`: the lead's own zone or, when that is not certain, all it may be in. Otherwise one IANA zone. */
  timeZone,
  days,
  /** A holiday calendar such as `US-CA`; on its days the window is closed. */
  holidays: holidays.optional(),
});
export type CallingWindow = z.output<typeof callingWindow>;

/** Any part of a window; the hours of a week are replaced as a whole, and null takes the holidays away. */
export const callingWindowChange = z
  .strictObject({ timeZone, days, holidays: holidays.nullable() })
  .partial();

export function changeWindow(
  window: CallingWindow,
  change: z.output<typeof callingWindowChange> = {},
): CallingWindow {
  const merged = { ...window, ...change };
  return {
    timeZone: merged.timeZone,
    days: merged.days,
    ...(typeof merged.holidays === 'string' && { holidays: merged.holidays }),
  };
}

export interface WindowQuestion {
  window: CallingWindow;
  /** Every zone the lead may be in. Without any the window is closed. */
  zones: readonly string[];
  /** Local dates, `YYYY-MM-DD`, of the window's holiday calendar. */
  holidays: ReadonlySet<string>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MINUTES_PER_DAY = 1_440;

/** How far ahead an opening is sought: a little over a year, after which a window repeats itself. */
const HORIZON_DAYS = 400;

/** 1970-01-01, day 0 of the count, was a Thursday. */
const WEEKDAY_OF_DAY_0 = 4;

interface Interval {
  startMs: number;
  endMs: number;
}

/** A window with its times parsed, and the zones in which it must be open. */
interface Schedule {
  /** By weekday, Sunday first: `[start, end]` in minutes since midnight, in order. */
  minutes: [number, number][][];
  zones: readonly string[];
  holidays: ReadonlySet<string>;
}

function readSchedule({ window, zones, holidays }: WindowQuestion): Schedule {
  const minutes = WEEKDAYS.map((weekday) =>
    (window.days[weekday] ?? [])
      .map(([start, end]): [number, number] => [requireMinutes(start), requireMinutes(end)])
      .sort((a, b) => a[0] - b[0]),
  );
  return { minutes, zones: window.timeZone === 'lead' ? zones : [window.timeZone], holidays };
}

/** Minutes since midnight of `HH:MM`, or null when it is not a time of day. */
function readMinutes(time: string): number | null {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(time);
  if (match === null) return null;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return minutes <= MINUTES_PER_DAY ? minutes : null;
}

function requireMinutes(time: string): number {
  const minutes = readMinutes(time);
  if (minutes === null) throw new RangeError(`"${time}" is not a time of day`);
  return minutes;
}

/**
 * A day's intervals in one zone as instants. Where the clock shows a limit twice, the stricter instant holds: the
 * later for a start, the earlier for an end. Where the clock skips a limit, the jump is the limit.
 */
function* intervalsOfDay(schedule: Schedule, zone: string, day: number): Generator<Interval> {
  const weekday = (((day + WEEKDAY_OF_DAY_0) % 7) + 7) % 7;
  const intervals = schedule.minutes[weekday] ?? [];
  if (intervals.length === 0) return;
  if (schedule.holidays.size > 0 && schedule.holidays.has(dateOfDay(day))) return;
  for (const [start, end] of intervals) {
    const startMs = instantsAtWall(zone, day * DAY_MS + start * MINUTE_MS).lastMs;
    const endMs = instantsAtWall(zone, day * DAY_MS + end * MINUTE_MS).firstMs;
    if (startMs < endMs) yield { startMs, endMs };
  }
}

function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The interval that contains an instant. Every instant of an interval has that interval's date on the clock. */
function intervalAt(schedule: Schedule, zone: string, atMs: number): Interval | null {
  const day = Math.floor(wallMsAt(zone, atMs) / DAY_MS);
  for (const interval of intervalsOfDay(schedule, zone, day)) {
    if (atMs >= interval.startMs && atMs < interval.endMs) return interval;
  }
  return null;
}

/** The first instant from `fromMs` on at which one zone is open. */
function firstOpenMs(schedule: Schedule, zone: string, fromMs: number): number | null {
  // One day back, because the clock may show a date twice.
  const firstDay = Math.floor(wallMsAt(zone, fromMs) / DAY_MS) - 1;
  for (let day = firstDay; day <= firstDay + HORIZON_DAYS + 2; day += 1) {
    for (const { startMs, endMs } of intervalsOfDay(schedule, zone, day)) {
      if (endMs > fromMs) return Math.max(startMs, fromMs);
    }
  }
  return null;
}

/** The first instant from `fromMs` on at which all zones are open, sought a day beyond the horizon. */
function firstCommonMs(schedule: Schedule, fromMs: number): number | null {
  if (schedule.zones.length === 0) return null;
  const limitMs = fromMs + (HORIZON_DAYS + 1) * DAY_MS;
  let atMs = fromMs;
  // Between two of all zones' openings, each zone has at most one turn.
  const mostTurns = schedule.zones.length ** 2 * mostIntervals(schedule);
  // Each zone pushes the instant to its own next opening until none has anything to add.
  for (let agreed = 0, turn = 0; turn < mostTurns; turn += 1) {
    const zone = schedule.zones[turn % schedule.zones.length] ?? '';
    const openMs = firstOpenMs(schedule, zone, atMs);
    if (openMs === null || openMs > limitMs) return null;
    agreed = openMs === atMs ? agreed + 1 : 1;
    if (agreed === schedule.zones.length) return openMs;
    if (openMs < atMs) break;
    atMs = openMs;
  }
  // Searching blocks the process, and no timeout ends it.
  throw new Error('The search for an opening does not get on.');
}

/** As many as one zone has in a search, and no step may be more. */
function mostIntervals({ minutes }: Schedule): number {
  return (HORIZON_DAYS + 3) * Math.max(1, ...minutes.map((intervals) => intervals.length));
}

interface Finding {
  holidays: ReadonlySet<string>;
  fromMs: number;
  openMs: number | null;
}

const findings = new Map<string, Finding>();
const MAX_FINDINGS = 1_000;

/**
 * As `firstCommonMs`, from memory where possible. Zones whose hours never overlap cost a search of the whole year,
 * and a list of such numbers asks the same for every lead.
 */
function rememberedOpenMs(schedule: Schedule, fromMs: number): number | null {
  if (schedule.zones.length < 2) return firstCommonMs(schedule, fromMs);
  const key = `${JSON.stringify(schedule.minutes)} ${schedule.zones.join()}`;
  const known = findings.get(key);
  if (known !== undefined && fromMs >= known.fromMs && sameDates(known.holidays, schedule.holidays)) {
    // A fruitless search went a day further than the horizon, so it also speaks for the day after its start.
    const settledUntilMs = known.openMs ?? known.fromMs + DAY_MS;
    if (fromMs <= settledUntilMs) return known.openMs;
  }
  const openMs = firstCommonMs(schedule, fromMs);
  if (findings.size >= MAX_FINDINGS) findings.clear();
  findings.set(key, { holidays: schedule.holidays, fromMs, openMs });
  return openMs;
}

function sameDates(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a === b || (a.size === 0 && b.size === 0);
}

function isOpenAt(schedule: Schedule, atMs: number): boolean {
  if (schedule.zones.length === 0) return false;
  return schedule.zones.every((zone) => intervalAt(schedule, zone, atMs) !== null);
}

/**
 * Whether the instant lies inside the window, and on no holiday, in every zone the lead may be in.
 *
 * @throws RangeError on an invalid window or an unknown zone
 */
export function isOpen(question: WindowQuestion & { at: Date }): boolean {
  return isOpenAt(readSchedule(question), question.at.getTime());
}

/**
 * The first instant from `from` on at which the window is open; null when there is none within 400 days, as with
 * zones so far apart that their hours never overlap.
 *
 * @throws RangeError on an invalid window or an unknown zone
 */
export function nextOpening(question: WindowQuestion & { from: Date }): Date | null {
  const schedule = readSchedule(question);
  const fromMs = question.from.getTime();
  const openMs = rememberedOpenMs(schedule, fromMs);
  return openMs === null || openMs - fromMs > HORIZON_DAYS * DAY_MS ? null : new Date(openMs);
}

/**
 * The end of the opening that contains `at`, exclusive. Intervals that touch, also over midnight, are one opening.
 * Null when the window is closed at that instant, or does not close within `withinMs`, which is 400 days when left out.
 *
 * @throws RangeError on an invalid window or an unknown zone
 */
export function closesAt(question: WindowQuestion & { at: Date; withinMs?: number }): Date | null {
  const schedule = readSchedule(question);
  const fromMs = question.at.getTime();
  const limitMs = fromMs + (question.withinMs ?? HORIZON_DAYS * DAY_MS);
  if (!isOpenAt(schedule, fromMs)) return null;
  // The zone that closes first closes the window; the others are searched no further than that.
  const endMs = schedule.zones.reduce(
    (firstMs, zone) => endOfOpening(schedule, zone, { fromMs, untilMs: firstMs }),
    limitMs + 1,
  );
  return endMs > limitMs ? null : new Date(endMs);
}

/** The end of the opening of one zone that contains `fromMs`, or `untilMs` when it is open until then. */
function endOfOpening(
  schedule: Schedule,
  zone: string,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): number {
  let endMs = fromMs;
  for (let step = 0; step < mostIntervals(schedule) && endMs < untilMs; step += 1) {
    const interval = intervalAt(schedule, zone, endMs);
    if (interval === null) return endMs;
    endMs = interval.endMs;
  }
  return untilMs;
}

/**
 * Everything that is wrong with a window, each as `path: what`, e.g. `days.mon.0: ends before it starts`; empty
 * when it can be used. The holiday calendar is not checked.
 */
export function validateWindow(window: CallingWindow): string[] {
  const problems: string[] = [];
  if (window.timeZone !== 'lead' && !isTimeZone(window.timeZone)) {
    problems.push(`timeZone: "${window.timeZone}" is neither "lead" nor an IANA time zone`);
  }
  for (const weekday of Object.keys(window.days)) {
    if (!WEEKDAYS.some((known) => known === weekday)) problems.push(`days.${weekday}: not a weekday`);
  }
  for (const weekday of WEEKDAYS) {
    problems.push(...dayProblems(window.days[weekday] ?? [], `days.${weekday}`));
  }
  if (WEEKDAYS.every((weekday) => (window.days[weekday] ?? []).length === 0)) {
    problems.push('days: no day has any hours, so nobody could ever be called');
  }
  return problems;
}

function dayProblems(intervals: [string, string][], path: string): string[] {
  const problems: string[] = [];
  const read: { start: number; end: number; index: number }[] = [];
  for (const [index, [startTime, endTime]] of intervals.entries()) {
    const start = readMinutes(startTime);
    const end = readMinutes(endTime);
    if (start === null) problems.push(`${path}.${index}: "${startTime}" is not a time of day (HH:MM)`);
    if (end === null) problems.push(`${path}.${index}: "${endTime}" is not a time of day (HH:MM)`);
    if (start === null || end === null) continue;
    if (start >= end) {
      problems.push(`${path}.${index}: ends before it starts; hours past midnight belong to the next day`);
      continue;
    }
    const overlap = read.find((other) => start < other.end && other.start < end);
    if (overlap) problems.push(`${path}.${index}: overlaps ${path}.${overlap.index}`);
    read.push({ start, end, index });
  }
  return problems;
}

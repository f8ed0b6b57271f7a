import Holidays from 'date-holidays';

const DAY_MS = 86_400_000;

/** Few calendars and years are in use; the bound is against nonsense. */
const MAX_REMEMBERED = 500;

const NO_DAYS: ReadonlySet<string> = new Set();

const remembered = new Map<string, ReadonlySet<string>>();
const countries = new Holidays();

/** A campaign names a holiday calendar that does not exist. */
export class UnknownHolidayCalendarError extends Error {
  override name = 'UnknownHolidayCalendarError';
}

/**
 * Whether there are holidays under this name: a country, or a country with state and region, as `US`, `US-CA`,
 * `DE-BY-A` (ISO 3166 codes as the `date-holidays` library knows them).
 */
export function isHolidayCalendar(name: string): boolean {
  const [country, state, region, ...more] = name.split('-');
  if (!country || more.length > 0 || !Object.hasOwn(countries.getCountries(), country)) return false;
  if (state === undefined) return true;
  if (!Object.hasOwn(countries.getStates(country) ?? {}, state)) return false;
  return region === undefined || Object.hasOwn(countries.getRegions(country, state) ?? {}, region);
}

/**
 * The public holidays of a calendar in these years, as local dates `YYYY-MM-DD`; days off in lieu are among
 * them. The same arguments return the same set.
 *
 * Source: `date-holidays` (public holidays only; bank holidays and observances are working days to it).
 *
 * @throws UnknownHolidayCalendarError when `isHolidayCalendar` says no
 */
export function holidayDates(calendar: string, years: readonly number[]): ReadonlySet<string> {
  const key = `${calendar} ${[...years].sort().join()}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  if (!isHolidayCalendar(calendar)) {
    throw new UnknownHolidayCalendarError(`there is no holiday calendar "${calendar}"`);
  }
  const [country = '', state, region] = calendar.split('-');
  const holidays = new Holidays({ country, ...(state && { state }), ...(region && { region }) });
  const dates = new Set<string>();
  for (const year of years) {
    for (const holiday of holidays.getHolidays(year)) {
      if (holiday.type !== 'public') continue;
      for (const date of datesOf(holiday.date, holiday.end.getTime() - holiday.start.getTime()))
        dates.add(date);
    }
  }
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, dates);
  return dates;
}

/**
 * As `holidayDates`, for every year that a window may look at from `now` on: some zone's clock may still show last
 * year, and an opening is sought more than a year ahead. Empty without a calendar.
 */
export function holidaysAround(calendar: string | undefined, now: Date): ReadonlySet<string> {
  if (calendar === undefined) return NO_DAYS;
  const year = now.getUTCFullYear();
  return holidayDates(calendar, [year - 1, year, year + 1, year + 2]);
}

/** Every local date that a holiday touches; some last several days, some begin the evening before. */
function datesOf(localStart: string, durationMs: number): string[] {
  const startMs = Date.parse(`${localStart.slice(0, 10)}T${localStart.slice(11, 19) || '00:00:00'}Z`);
  const dates: string[] = [];
  const firstDayMs = Math.floor(startMs / DAY_MS) * DAY_MS;
  // A day of 25 hours, where the clock goes back, must not reach into the next.
  const endMs = startMs + Math.max(1, durationMs - 3_600_000);
  for (let dayMs = firstDayMs; dayMs < endMs; dayMs += DAY_MS) {
    dates.push(new Date(dayMs).toISOString().slice(0, 10));
  }
  return dates;
}

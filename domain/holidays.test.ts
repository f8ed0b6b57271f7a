import { describe, expect, it } from 'vitest';
import { holidayDates, holidaysAround, isHolidayCalendar, UnknownHolidayCalendarError } from './holidays.ts';

describe('holidayDates', () => {
  it('knows the holidays of a country, and days off in lieu', () => {
    const dates = holidayDates('US', [2026]);
    expect([...dates]).toEqual(
      expect.arrayContaining(['2026-07-04', '2026-07-03', '2026-11-26', '2026-12-25']),
    );
    expect(dates.has('2026-02-14')).toBe(false);
  });

  it('knows the holidays of a state alone', () => {
    expect(holidayDates('US-LA', [2026]).has('2026-02-17')).toBe(true);
    expect(holidayDates('US', [2026]).has('2026-02-17')).toBe(false);
  });

  it('gives every day of a holiday that lasts several', () => {
    const dates = holidayDates('AE', [2026]);
    expect([...dates]).toEqual(expect.arrayContaining(['2026-03-20', '2026-03-21', '2026-03-22']));
    expect(dates.has('2026-03-23')).toBe(false);
  });

  it('covers all years asked for and remembers the answer', () => {
    const dates = holidayDates('US-CA', [2026, 2027]);
    expect(dates.has('2026-12-25') && dates.has('2027-12-25')).toBe(true);
    expect(holidayDates('US-CA', [2027, 2026])).toBe(dates);
  });

  it('refuses a calendar it does not know', () => {
    expect(() => holidayDates('US-ZZ', [2026])).toThrow(UnknownHolidayCalendarError);
  });
});

describe('holidaysAround', () => {
  it("knows the old year's last day, which is in America when UTC counts the new year", () => {
    // New Year's Day of 2028 is a Saturday, so that the Friday before it is free.
    const dates = holidaysAround('US', new Date('2028-01-01T01:00:00.000Z'));
    expect([...dates]).toEqual(expect.arrayContaining(['2027-12-31', '2028-12-25', '2029-01-01']));
  });

  it('is empty without a calendar', () => {
    expect(holidaysAround(undefined, new Date('2028-01-01T01:00:00.000Z')).size).toBe(0);
  });
});

describe('isHolidayCalendar', () => {
  it.each(['US', 'US-CA', 'DE-BY-A', 'GB-ENG'])('knows %s', (name) =>
    expect(isHolidayCalendar(name)).toBe(true),
  );
  it.each(['', 'us', 'XX', 'US-', 'US-ZZ', 'US-CA-ZZ', 'DE-BY-A-1', 'toString', 'US-constructor'])(
    'does not know %j',
    (name) => expect(isHolidayCalendar(name)).toBe(false),
  );
});

import { describe, expect, it } from 'vitest';
import { type CallingWindow, closesAt, isOpen, nextOpening, validateWindow, type Weekday } from './window.ts';
import { zonesForPhone } from './zones/zones-for-phone.ts';

const NEW_YORK = ['America/New_York'];
const NO_HOLIDAYS: ReadonlySet<string> = new Set();

function daily(...hours: [string, string][]): CallingWindow {
  const days: Record<Weekday, [string, string][]> = {
    mon: hours,
    tue: hours,
    wed: hours,
    thu: hours,
    fri: hours,
    sat: hours,
    sun: hours,
  };
  return { timeZone: 'lead', days };
}

function office(): CallingWindow {
  const window = daily(['10:00', '19:00']);
  return { ...window, days: { ...window.days, sat: [], sun: [] } };
}

function ask(window: CallingWindow, zones: readonly string[], holidays = NO_HOLIDAYS) {
  const question = { window, zones, holidays };
  return {
    open: (iso: string) => isOpen({ ...question, at: new Date(iso) }),
    next: (iso: string) => nextOpening({ ...question, from: new Date(iso) })?.toISOString() ?? null,
    closes: (iso: string) => closesAt({ ...question, at: new Date(iso) })?.toISOString() ?? null,
  };
}

describe('a window in one zone', () => {
  it('is open from the first millisecond to before the last', () => {
    const { open } = ask(daily(['09:00', '21:00']), NEW_YORK);
    expect(open('2026-07-01T12:59:59.999Z')).toBe(false);
    expect(open('2026-07-01T13:00:00.000Z')).toBe(true);
    expect(open('2026-07-02T00:59:59.999Z')).toBe(true);
    expect(open('2026-07-02T01:00:00.000Z')).toBe(false);
  });

  it('opens at once inside, later today before, on Monday after Friday evening', () => {
    const { next } = ask(office(), NEW_YORK);
    expect(next('2026-11-20T16:30:00.000Z')).toBe('2026-11-20T16:30:00.000Z');
    expect(next('2026-11-20T08:00:00.000Z')).toBe('2026-11-20T15:00:00.000Z');
    expect(next('2026-11-21T00:00:00.000Z')).toBe('2026-11-23T15:00:00.000Z');
  });

  it('stays shut on holidays of the local date', () => {
    const { open, next } = ask(office(), NEW_YORK, new Set(['2026-11-26']));
    expect(open('2026-11-26T16:00:00Z')).toBe(false);
    expect(next('2026-11-26T00:00:00Z')).toBe('2026-11-27T15:00:00.000Z');
    // In New York it is still the 25th.
    expect(
      ask(daily(['00:00', '24:00']), NEW_YORK, new Set(['2026-11-26'])).open('2026-11-26T04:59:59Z'),
    ).toBe(true);
  });

  it('follows several intervals of one day', () => {
    const { open, next, closes } = ask(daily(['10:00', '13:00'], ['14:00', '20:00']), ['Europe/Paris']);
    expect(open('2026-07-01T11:30:00Z')).toBe(false);
    expect(next('2026-07-01T11:30:00Z')).toBe('2026-07-01T12:00:00.000Z');
    expect(closes('2026-07-01T10:30:00Z')).toBe('2026-07-01T11:00:00.000Z');
  });

  it('reads a window with a zone of its own in that zone, whatever the lead’s', () => {
    const window: CallingWindow = { ...office(), timeZone: 'Asia/Tokyo' };
    expect(ask(window, NEW_YORK).open('2026-11-20T01:00:00Z')).toBe(true);
    expect(ask(window, []).open('2026-11-20T01:00:00Z')).toBe(true);
    expect(ask(window, NEW_YORK).open('2026-11-20T16:00:00Z')).toBe(false);
  });

  it('knows the leap day', () => {
    const window = { ...daily(), days: { ...daily().days, tue: [['10:00', '11:00']] as [string, string][] } };
    const { next } = ask(window, ['UTC'], new Set(['2028-02-22', '2028-03-07']));
    expect(next('2028-02-16T00:00:00Z')).toBe('2028-02-29T10:00:00.000Z');
    expect(next('2028-02-29T11:00:00Z')).toBe('2028-03-14T10:00:00.000Z');
  });
});

describe('a window where the clock changes', () => {
  it('keeps local hours over the change', () => {
    const { next } = ask(daily(['10:00', '19:00']), NEW_YORK);
    expect(next('2026-03-07T23:30:00Z')).toBe('2026-03-07T23:30:00.000Z');
    expect(next('2026-03-08T00:30:00Z')).toBe('2026-03-08T14:00:00.000Z');
    expect(next('2026-11-01T00:30:00Z')).toBe('2026-11-01T15:00:00.000Z');
  });

  it('starts at the jump when its start is skipped, and has nothing when all of it is', () => {
    expect(ask(daily(['02:30', '05:00']), NEW_YORK).next('2026-03-08T05:30:00Z')).toBe(
      '2026-03-08T07:00:00.000Z',
    );
    expect(ask(daily(['02:15', '02:45']), NEW_YORK).next('2026-03-08T05:00:00Z')).toBe(
      '2026-03-09T06:15:00.000Z',
    );
  });

  it('takes the later start and the earlier end of an hour that comes twice', () => {
    const start = ask(daily(['01:30', '05:00']), NEW_YORK);
    expect(start.open('2026-11-01T05:30:00Z')).toBe(false);
    expect(start.next('2026-11-01T05:00:00Z')).toBe('2026-11-01T06:30:00.000Z');
    const end = ask(daily(['00:30', '01:30']), NEW_YORK);
    expect(end.closes('2026-11-01T04:45:00Z')).toBe('2026-11-01T05:30:00.000Z');
    expect(end.open('2026-11-01T06:15:00Z')).toBe(false);
  });
});

describe('a window in several zones', () => {
  it('is open where all overlap', () => {
    const { open, next, closes } = ask(office(), ['America/New_York', 'America/Chicago']);
    expect(open('2026-11-23T15:30:00Z')).toBe(false);
    expect(next('2026-11-23T15:30:00Z')).toBe('2026-11-23T16:00:00.000Z');
    expect(closes('2026-11-23T17:00:00Z')).toBe('2026-11-24T00:00:00.000Z');
  });

  it('honours a holiday as long as it lasts anywhere', () => {
    const { open } = ask(
      daily(['00:00', '24:00']),
      ['Pacific/Auckland', 'America/Los_Angeles'],
      new Set(['2026-12-25']),
    );
    expect(open('2026-12-24T10:59:59Z')).toBe(true);
    expect(open('2026-12-24T11:00:00Z')).toBe(false);
    expect(open('2026-12-26T07:59:59Z')).toBe(false);
    expect(open('2026-12-26T08:00:00Z')).toBe(true);
  });

  it('never opens for zones whose hours do not meet, nor without any zone', () => {
    const tollFree = zonesForPhone('+18005550199');
    const { next } = ask(office(), tollFree);
    expect(next('2026-11-21T00:00:00Z')).toBeNull();
    expect(next('2026-11-21T12:00:00Z')).toBeNull();
    expect(ask(daily(['00:00', '24:00']), []).open('2026-11-23T17:00:00Z')).toBe(false);
    expect(ask(daily(['00:00', '24:00']), []).next('2026-11-23T17:00:00Z')).toBeNull();
  });

  it('answers the same in whatever order it is asked', () => {
    const zones = ['Europe/London', 'Europe/Berlin'];
    const holidays = new Set(['2026-11-24']);
    const times = [
      '2026-11-22T00:00:00Z',
      '2026-11-23T18:30:00Z',
      '2026-11-21T00:00:00Z',
      '2026-11-23T09:00:00Z',
    ];
    const expected = [
      '2026-11-23T10:00:00.000Z',
      '2026-11-25T10:00:00.000Z',
      '2026-11-23T10:00:00.000Z',
      '2026-11-23T10:00:00.000Z',
    ];
    expect(times.map(ask(office(), zones, holidays).next)).toEqual(expected);
    expect(ask(office(), zones).next('2026-11-23T18:30:00Z')).toBe('2026-11-24T10:00:00.000Z');
    expect([...times].reverse().map(ask(office(), zones, holidays).next)).toEqual([...expected].reverse());
  });
});

describe('closesAt', () => {
  it('joins intervals that touch, over midnight too', () => {
    const window = daily(['08:00', '12:00'], ['12:00', '24:00'], ['00:00', '02:00']);
    expect(ask(window, ['UTC']).closes('2026-07-01T09:00:00Z')).toBe('2026-07-02T02:00:00.000Z');
  });

  it('is null when shut and when it never shuts', () => {
    expect(ask(office(), NEW_YORK).closes('2026-11-21T16:00:00Z')).toBeNull();
    expect(ask(daily(['00:00', '24:00']), NEW_YORK).closes('2026-11-21T16:00:00Z')).toBeNull();
  });
});

describe('validateWindow', () => {
  it('accepts what can be used', () => {
    expect(validateWindow(office())).toEqual([]);
    expect(validateWindow({ ...daily(['00:00', '24:00']), timeZone: 'europe/paris' })).toEqual([]);
  });

  it('names every problem with its path', () => {
    const days = {
      ...daily().days,
      mon: [['9:00', '25:00']],
      tue: [['22:00', '06:00']],
    } as CallingWindow['days'];
    days.wed = [
      ['09:00', '12:00'],
      ['11:00', '13:00'],
    ];
    const problems = validateWindow({
      timeZone: 'EST',
      days: { ...days, someday: [] } as CallingWindow['days'],
    });
    expect(problems).toEqual([
      expect.stringMatching(/^timeZone: .*EST/),
      expect.stringMatching(/^days\.someday: not a weekday/),
      expect.stringMatching(/^days\.mon\.0: "9:00"/),
      expect.stringMatching(/^days\.mon\.0: "25:00"/),
      expect.stringMatching(/^days\.tue\.0: ends before it starts/),
      expect.stringMatching(/^days\.wed\.1: overlaps days\.wed\.0/),
    ]);
  });

  it('objects to a window that never opens', () => {
    expect(validateWindow(daily())).toEqual([expect.stringMatching(/^days: /)]);
  });

  it('guards what the other functions refuse', () => {
    expect(validateWindow(daily(['24:30', '25:00']))).not.toEqual([]);
    expect(() => ask(daily(['24:30', '25:00']), NEW_YORK).open('2026-07-01T00:00:00Z')).toThrow(RangeError);
  });
});

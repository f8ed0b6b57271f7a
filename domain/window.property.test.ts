import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallingWindow, closesAt, isOpen, nextOpening } from './window.ts';

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TIMEOUT_MS = 120_000;
const allZones = Intl.supportedValuesOf('timeZone');

/** Weekday, date and time as Intl alone sees them: nothing here comes from the code under test. */
function intlWall(zone: string, atMs: number) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(atMs);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const weekday = WEEKDAYS.find((day) => day === part('weekday').toLowerCase().slice(0, 3));
  if (weekday === undefined) throw new Error(`no weekday at ${atMs} in ${zone}`);
  return {
    weekday,
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}`,
  };
}

function isInside(window: CallingWindow, zone: string, holidays: ReadonlySet<string>, atMs: number): boolean {
  const { weekday, date, time } = intlWall(zone, atMs);
  if (holidays.has(date)) return false;
  return window.days[weekday].some(([start, end]) => time >= start && time < end);
}

/** Whether the zone shows a time of this neighbourhood twice, where being shut is the strict reading. */
function isNearFold(zone: string, atMs: number): boolean {
  const offset = (ms: number): number => {
    const { date, time } = intlWall(zone, ms);
    return Date.parse(`${date}T${time}:00Z`) - Math.floor(ms / 60_000) * 60_000;
  };
  return offset(atMs - 4 * HOUR_MS) > offset(atMs + 4 * HOUR_MS);
}

const time = fc
  .integer({ min: 0, max: 95 })
  .map(
    (quarter) =>
      `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`,
  );
const hours = fc
  .uniqueArray(fc.oneof(time, fc.constantFrom('00:00', '02:00', '02:30', '21:00', '24:00')), {
    minLength: 0,
    maxLength: 4,
  })
  .map((times) => {
    const sorted = times.sort();
    const pairs: [string, string][] = [];
    for (let at = 0; at + 1 < sorted.length; at += 2) pairs.push([sorted[at] ?? '', sorted[at + 1] ?? '']);
    return pairs;
  });
const window = fc
  .record({ mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: hours })
  .map((days): CallingWindow => ({ timeZone: 'lead', days }));
const zones = fc.uniqueArray(fc.constantFrom(...allZones), { minLength: 1, maxLength: 3 });

/** The nights on which clocks change in one part of the world or another, and the leap day. */
const specialDays = [
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
  '2028-02-29',
];
const instant = fc.oneof(
  fc
    .tuple(fc.constantFrom(...specialDays), fc.integer({ min: -26 * 60, max: 26 * 60 }))
    .map(([day, minutes]) => Date.parse(`${day}T00:00:00Z`) + minutes * 60_000),
  fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 11, 31) }),
);
const holidays = fc
  .array(fc.constantFrom(...specialDays, '2026-07-04', '2027-01-01'), { maxLength: 3 })
  .map((dates): ReadonlySet<string> => new Set(dates));

describe('any window in any zones', () => {
  it(
    'is open only inside its hours, and shut inside them only where the clock goes back',
    () => {
      fc.assert(
        fc.property(window, zones, holidays, instant, (window, zones, holidays, atMs) => {
          const inside = zones.every((zone) => isInside(window, zone, holidays, atMs));
          const open = isOpen({ window, zones, holidays, at: new Date(atMs) });
          if (open) expect(inside).toBe(true);
          else if (inside) expect(zones.some((zone) => isNearFold(zone, atMs))).toBe(true);
        }),
        { numRuns: 2_000 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'opens next at an instant at which it is open, and at none before',
    () => {
      const samples = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
        minLength: 20,
        maxLength: 20,
      });
      fc.assert(
        fc.property(window, zones, holidays, instant, samples, (window, zones, holidays, fromMs, samples) => {
          const next = nextOpening({ window, zones, holidays, from: new Date(fromMs) });
          if (next !== null) {
            expect(next.getTime()).toBeGreaterThanOrEqual(fromMs);
            expect(isOpen({ window, zones, holidays, at: next })).toBe(true);
            expect(zones.every((zone) => isInside(window, zone, holidays, next.getTime()))).toBe(true);
          }
          const endMs = next?.getTime() ?? fromMs + 400 * DAY_MS;
          const between = samples.map((share) => Math.floor(fromMs + share * (endMs - fromMs)));
          for (const atMs of [...between, endMs - 1].filter((ms) => ms >= fromMs && ms < endMs)) {
            expect(isOpen({ window, zones, holidays, at: new Date(atMs) })).toBe(false);
          }
        }),
        { numRuns: 500 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'is open until it closes and shut from then on',
    () => {
      fc.assert(
        fc.property(window, zones, instant, (window, zones, fromMs) => {
          const question = { window, zones, holidays: new Set<string>() };
          const start = nextOpening({ ...question, from: new Date(fromMs) });
          const end = start && closesAt({ ...question, at: start });
          if (!start || !end) return;
          expect(end.getTime()).toBeGreaterThan(start.getTime());
          expect(isOpen({ ...question, at: end })).toBe(false);
          expect(isOpen({ ...question, at: new Date(end.getTime() - 1) })).toBe(true);
          const middle = new Date(Math.floor((start.getTime() + end.getTime()) / 2));
          expect(isOpen({ ...question, at: middle })).toBe(true);
        }),
        { numRuns: 500 },
      );
    },
    TIMEOUT_MS,
  );
});

describe('20:59:59 and 21:00:00', () => {
  it(
    'lie on the two sides of the limit in every zone, each day about the changes of the clock',
    () => {
      const day: [string, string][] = [['09:00', '21:00']];
      const window: CallingWindow = {
        timeZone: 'lead',
        days: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day },
      };
      for (const zone of allZones) {
        for (const date of specialDays) {
          const question = { window, zones: [zone], holidays: new Set<string>() };
          const noon = new Date(`${date}T12:00:00Z`);
          const opening = nextOpening({ ...question, from: noon });
          const end = opening && closesAt({ ...question, at: opening });
          expect(end, `${zone} on ${date}`).not.toBeNull();
          if (!end) continue;
          expect(intlWall(zone, end.getTime()).time, `${zone} on ${date}`).toBe('21:00');
          expect(intlWall(zone, end.getTime() - 1_000).time, `${zone} on ${date}`).toBe('20:59');
          expect(isOpen({ ...question, at: new Date(end.getTime() - 1_000) })).toBe(true);
          expect(isOpen({ ...question, at: end })).toBe(false);
        }
      }
    },
    TIMEOUT_MS,
  );
});

import { describe, expect, test } from 'vitest';
import { callingHours } from './calling-hours.ts';
import { ALWAYS_OPEN, DEFAULT_SETTINGS } from './settings.ts';
import type { CallingWindow } from './window.ts';

const NEW_YORK = ['America/New_York'];
/** The default window closes at seven in the evening, on this Wednesday and in winter at midnight UTC. */
const CLOSING = Date.parse('2026-11-19T00:00:00.000Z');
const TOMORROW = new Date('2026-11-19T15:00:00.000Z');

const at = (ms: number) => new Date(ms);
const hours = (atMs: number, change: { ringMarginSeconds?: number; window?: CallingWindow } = {}) =>
  callingHours({ ...DEFAULT_SETTINGS, ...change }, NEW_YORK, at(atMs));

describe('before closing', () => {
  test.each([
    ['ten seconds and a millisecond', 10_001, true],
    ['exactly the margin', 10_000, true],
    ['a millisecond less', 9_999, false],
    ['a millisecond', 1, false],
    ['the very end', 0, false],
  ])('%s: %i ms, open: %s', (_name, beforeMs, open) => {
    const found = hours(CLOSING - beforeMs);
    expect(found.open).toBe(open);
    expect(found.opensAt).toEqual(open ? at(CLOSING - beforeMs) : TOMORROW);
  });

  test('without a margin it is open to the last millisecond', () => {
    expect(hours(CLOSING - 1, { ringMarginSeconds: 0 })).toMatchObject({ open: true, closesAt: at(CLOSING) });
    expect(hours(CLOSING, { ringMarginSeconds: 0 }).open).toBe(false);
  });

  test('hours that go on at once do not close', () => {
    const day: [string, string][] = [
      ['10:00', '19:00'],
      ['19:00', '24:00'],
    ];
    const window = { timeZone: 'lead', days: { ...DEFAULT_SETTINGS.window.days, wed: day, thu: day } };
    expect(hours(CLOSING - 1, { window })).toMatchObject({ open: true, closesAt: null });
  });

  test('of the zone that closes first, where several are possible', () => {
    const zones = ['America/Chicago', 'America/New_York'];
    expect(callingHours(DEFAULT_SETTINGS, zones, at(CLOSING - 9_999)).open).toBe(false);
    expect(callingHours(DEFAULT_SETTINGS, zones, at(CLOSING - 10_000)).open).toBe(true);
  });
});

test('an opening that is shorter than the margin is none', () => {
  const days: CallingWindow['days'] = {
    ...DEFAULT_SETTINGS.window.days,
    wed: [
      ['10:00', '10:01'],
      ['12:00', '12:02'],
    ],
  };
  const window = { timeZone: 'lead', days };
  const morning = Date.parse('2026-11-18T14:00:00.000Z');
  expect(hours(morning, { window, ringMarginSeconds: 61 })).toMatchObject({
    open: false,
    opensAt: new Date('2026-11-18T17:00:00.000Z'),
    closesAt: new Date('2026-11-18T17:02:00.000Z'),
  });
});

test('openings that are all too short are none, and the search for another ends', () => {
  const short: [string, string][] = Array.from({ length: 24 }, (_, hour) => {
    const of = String(hour).padStart(2, '0');
    return [`${of}:00`, `${of}:01`];
  });
  const days = { mon: short, tue: short, wed: short, thu: short, fri: short, sat: short, sun: short };
  const window = { timeZone: 'lead', days };
  expect(hours(CLOSING, { window, ringMarginSeconds: 120 })).toMatchObject({ open: false, opensAt: null });
});

test('a window that never closes, and a person of no known zone', () => {
  expect(hours(CLOSING, { window: ALWAYS_OPEN })).toMatchObject({ open: true, closesAt: null });
  expect(callingHours(DEFAULT_SETTINGS, [], at(CLOSING))).toMatchObject({ open: false, opensAt: null });
});

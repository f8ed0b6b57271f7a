import { describe, expect, it } from 'vitest';
import { canonicalTimeZone, isTimeZone } from './time-zone.ts';

describe('canonicalTimeZone', () => {
  it.each([
    ['America/New_York', 'America/New_York'],
    ['america/new_york', 'America/New_York'],
    ['US/Pacific', 'America/Los_Angeles'],
    ['America/Argentina/Buenos_Aires', canonicalTimeZone('America/Buenos_Aires')],
    ['utc', 'UTC'],
  ])('resolves %s', (name, canonical) => {
    expect(canonicalTimeZone(name)).toBe(canonical);
  });

  it.each([
    '',
    'lead',
    'EST',
    'PST',
    'IST',
    '+05:00',
    'Mars/Olympus',
    'America',
    'America/',
    ' UTC',
    `A/${'b'.repeat(999)}`,
  ])('knows no zone %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });

  it('knows every zone that Intl lists', () => {
    expect(Intl.supportedValuesOf('timeZone').filter((zone) => !isTimeZone(zone))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { isTimeZone } from './time-zone.ts';
import { zonesByPrefix } from './zones-by-prefix.ts';
import { zonesForPhone } from './zones-for-phone.ts';

describe('zonesForPhone', () => {
  it.each([
    ['+12125550117', ['America/New_York']],
    ['+14155550117', ['America/Los_Angeles']],
    ['+12195550117', ['America/Chicago', 'America/New_York']],
    ['+12705550117', ['America/Chicago', 'America/New_York']],
    ['+442079460123', ['Europe/Guernsey', 'Europe/Isle_of_Man', 'Europe/Jersey', 'Europe/London']],
    ['+4915112345678', ['Europe/Berlin']],
  ])('gives every zone of the area of %s', (phone, zones) => {
    expect(zonesForPhone(phone).sort()).toEqual(zones);
  });

  it('gives an overlay the zones of the area it shares', () => {
    expect(zonesForPhone('+13645550117').sort()).toEqual(zonesForPhone('+12705550117').sort());
    expect(zonesForPhone('+19865550117').sort()).toEqual(zonesForPhone('+12085550117').sort());
  });

  it('does not believe that an Australian mobile is in Sydney', () => {
    expect(zonesForPhone('+61491570156')).toContain('Australia/Perth');
    expect(zonesForPhone('+61491570156')).toContain('Australia/Sydney');
  });

  it('gives toll-free and unassigned area codes every zone of the plan', () => {
    for (const phone of ['+18005550199', '+15551234567']) {
      expect(zonesForPhone(phone)).toEqual(expect.arrayContaining(['Pacific/Honolulu', 'America/St_Johns']));
    }
  });

  it('knows nothing of numbers that belong to no place', () => {
    expect(zonesForPhone('+883510001234567')).toEqual([]);
    expect(zonesForPhone('')).toEqual([]);
  });

  it('returns a list of its own', () => {
    zonesForPhone('+12125550117').push('Europe/Berlin');
    expect(zonesForPhone('+12125550117')).toEqual(['America/New_York']);
  });

  it('names only zones that this runtime knows', () => {
    const zones = zonesByPrefix
      .trim()
      .split('\n')
      .flatMap((line) => line.split(' = ')[1]?.split(' ') ?? []);
    expect(zones.length).toBeGreaterThan(300);
    expect(zones.filter((zone) => !isTimeZone(zone))).toEqual([]);
  });
});

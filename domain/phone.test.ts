import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCountryCode, maskPhone, parsePhone } from './phone.ts';

describe('parsePhone', () => {
  it.each([
    ['+14155550117', '+14155550117', 'US'],
    [' +1 (415) 555-0117 ', '+14155550117', 'US'],
    ['tel:+1-416-555-0123', '+14165550123', 'CA'],
    ['+17875550134', '+17875550134', 'PR'],
    ['+18005550199', '+18005550199', 'US'],
    ['+44 20 7946 0123', '+442079460123', 'GB'],
    ['+61 491 570 156', '+61491570156', 'AU'],
    ['+390612345678', '+390612345678', 'IT'],
  ])('reads %s', (input, e164, country) => {
    expect(parsePhone(input)).toEqual({ ok: true, e164, country });
  });

  it.each([
    ['+447700900123', 'GB'],
    ['+441632960123', 'GB'],
    ['+33639981234', 'FR'],
    ['+15551234567', null],
  ])('accepts %s, from a range kept for fiction', (e164, country) => {
    expect(parsePhone(e164)).toEqual({ ok: true, e164, country });
  });

  it('reads national numbers with a default country, and international ones in spite of it', () => {
    expect(parsePhone('415-555-0117', 'US')).toEqual({ ok: true, e164: '+14155550117', country: 'US' });
    expect(parsePhone('07700 900123', 'GB')).toEqual({ ok: true, e164: '+447700900123', country: 'GB' });
    expect(parsePhone('0044 20 7946 0123', 'GB')).toEqual({ ok: true, e164: '+442079460123', country: 'GB' });
    expect(parsePhone('+14155550117', 'GB')).toEqual({ ok: true, e164: '+14155550117', country: 'US' });
  });

  it.each([
    ['', undefined, /missing/],
    ['abc', undefined, /not a phone number/],
    ['+1 800 FLOWERS', undefined, /not a phone number/],
    ['415-555-0117', undefined, /needs a country code/],
    ['+999123456789', undefined, /country code that does not exist/],
    ['+1415555011', undefined, /impossible length/],
    ['+141555501171', undefined, /impossible length/],
    ['911', 'US', /impossible length/],
    ['+1', undefined, /not a phone number|too short/],
    ['+14155550117123456789', undefined, /too long/],
    ['9'.repeat(10_000), 'US', /too long/],
    ['+11234567890', undefined, /no range in use/],
    ['+14155550117 ext. 5', undefined, /extension/],
    ['+19005551234', undefined, /premium/],
    // Australia's fictional numbers of this kind: the caller and the called share the cost.
    ['+611300975707', undefined, /premium-rate or shared-cost/],
    ['1300 975 707', 'AU', /premium-rate or shared-cost/],
    ['call +14155550117 now', undefined, /not a phone number/],
  ] as const)('refuses %j (default country %s)', (input, country, reason) => {
    const result = parsePhone(input, country);
    expect(result.ok).toBe(false);
    expect(!result.ok && result.reason).toMatch(reason);
  });

  it('gives the same verdict whether or not the exchange is already known', () => {
    // A space keeps a number off the remembered path.
    const digits = fc.tuple(fc.integer({ min: 200, max: 999 }), fc.integer({ min: 0, max: 9_999_999 }));
    fc.assert(
      fc.property(digits, fc.integer({ min: 0, max: 9_999 }), ([area, local], otherLine) => {
        const number = `+1${area}${String(local).padStart(7, '0')}`;
        const sibling = `${number.slice(0, 8)}${String(otherLine).padStart(4, '0')}`;
        parsePhone(sibling);
        expect(parsePhone(number)).toEqual(parsePhone(`${number.slice(0, 2)} ${number.slice(2)}`));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('isCountryCode', () => {
  it('knows ISO codes only', () => {
    expect(isCountryCode('US')).toBe(true);
    expect(isCountryCode('XX')).toBe(false);
    expect(isCountryCode('toString')).toBe(false);
  });
});

describe('maskPhone', () => {
  it.each([
    ['+14155550117', '+1415•••••17'],
    ['+447700900123', '+4477••••••23'],
    ['+2904123', '+•••••23'],
  ])('hides the middle of %s', (e164, masked) => {
    expect(maskPhone(e164)).toBe(masked);
  });

  it('hides everything that is not E.164', () => {
    expect(maskPhone('415 555 0117')).toBe('•••');
    expect(maskPhone('+1415<script>')).toBe('•••');
  });
});

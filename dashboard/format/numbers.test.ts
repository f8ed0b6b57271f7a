import { expect, test } from 'vitest';
import { formatBytes, formatCents, formatRate, formatSeconds, NONE, plural } from './numbers.ts';

test.for([
  [0, '0:00'],
  [7, '0:07'],
  [59.4, '0:59'],
  [59.5, '1:00'],
  [60, '1:00'],
  [754, '12:34'],
  [3_599, '59:59'],
  [3_600, '1:00:00'],
  // Sixty-two minutes are an hour and two.
  [3_723, '1:02:03'],
  [36_000, '10:00:00'],
  [90_061, '25:01:01'],
  // A clock that is a little behind.
  [-3, '0:00'],
] as const)('%d seconds are shown as %s', ([seconds, text]) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test('minutes and seconds stay below sixty, whatever the length of a call', () => {
  for (let seconds = 0; seconds < 3 * 3_600; seconds += 1) {
    const parts = formatSeconds(seconds).split(':').map(Number);
    expect(
      parts.slice(1).every((part) => part < 60),
      `${seconds}: ${parts}`,
    ).toBe(true);
    const total = parts.reduce((sum, part) => sum * 60 + part, 0);
    expect(total).toBe(seconds);
  }
});

test('a missing figure is shown as none', () => {
  expect([formatSeconds(null), formatRate(null), formatCents(null)]).toEqual([NONE, NONE, NONE]);
});

test('counts, rates, amounts and sizes are in the unit of their words', () => {
  const currency = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' });
  const rate = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
  expect(formatCents(1_250)).toBe(currency.format(12.5));
  expect(formatRate(0.125)).toBe(rate.format(0.125));
  expect([plural(0, 'call'), plural(1, 'call'), plural(2, 'call'), plural(2, 'try', 'tries')]).toEqual([
    '0 calls',
    '1 call',
    '2 calls',
    '2 tries',
  ]);
  expect(formatBytes(12_000)).toContain('12');
  expect(formatBytes(0)).toContain('0');
  expect(formatBytes(3_400_000)).toMatch(/3.4/);
});

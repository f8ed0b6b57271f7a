import { describe, expect, test } from 'vitest';
import { median, pairedRatio, percentile, significant, steadyRate } from './statistics.ts';

describe('median and percentile', () => {
  test('take the middle of any order, and the mean of two middles', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  test('interpolate between neighbours and reach both ends', () => {
    expect(percentile([10, 20, 30, 40, 50], 0.95)).toBeCloseTo(48);
    expect(percentile([30, 10, 20], 0)).toBe(10);
    expect(percentile([30, 10, 20], 1)).toBe(30);
  });

  test('refuse no values and shares that are none', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => percentile([1], 95)).toThrow(RangeError);
  });
});

describe('the paired ratio', () => {
  test('is the median of the rounds, unaffected by one bad round', () => {
    const { samples, value, spread } = pairedRatio([10, 30, 2], [40, 60, 40]);
    expect(samples).toEqual([0.25, 0.5, 0.05]);
    expect(value).toBe(0.25);
    expect(spread).toBeCloseTo(10);
  });

  test('is unaffected by a machine that slows both sides alike', () => {
    expect(pairedRatio([10, 5, 1], [20, 10, 2])).toMatchObject({ value: 0.5, spread: 1 });
  });

  test('uses the quiet rounds, or all when none was quiet', () => {
    expect(pairedRatio([1, 2, 9], [10, 10, 10], [true, true, false])).toMatchObject({
      value: expect.closeTo(0.15),
      quietRounds: 2,
    });
    expect(pairedRatio([1, 2, 9], [10, 10, 10], [false, false, false])).toMatchObject({
      value: 0.2,
      quietRounds: 0,
    });
  });

  test('refuses sides that cannot be compared', () => {
    expect(() => pairedRatio([1, 2], [1])).toThrow('2 rounds of one side, 1 of the other');
    expect(() => pairedRatio([1], [0])).toThrow('above 0');
    expect(() => pairedRatio([Number.NaN], [1])).toThrow('above 0');
    expect(() => pairedRatio([], [])).toThrow(RangeError);
  });
});

describe('the steady rate', () => {
  test('leaves out the filling and emptying of the system', () => {
    // Two at once: slow at both ends, one every 100 ms in between.
    const times = [5_000, 6_000, 6_100, 6_200, 6_300, 6_400, 9_000, 20_000];
    expect(steadyRate(times, 2)).toBeCloseTo(10);
  });

  test('refuses a run that was never full', () => {
    expect(() => steadyRate([1, 2, 3, 4], 2)).toThrow('4 are too few');
    expect(() => steadyRate([7, 7, 7, 7, 7], 1)).toThrow(RangeError);
  });
});

test('rounding keeps significant digits, not decimals', () => {
  expect(significant(0.000123456)).toBe(0.0001235);
  expect(significant(123456, 3)).toBe(123000);
});

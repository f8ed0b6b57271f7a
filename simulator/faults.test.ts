import { describe, expect, test } from 'vitest';
import { Faults, NO_FAULTS, parseFaults } from './faults.ts';

const places = Array.from({ length: 1000 }, (_, index) => `+1212555${index}`);

describe('Faults', () => {
  test('are all off by default', () => {
    const faults = new Faults(1);
    expect(faults.options).toEqual(NO_FAULTS);
    expect(places.some((place) => faults.strikes('webhookLoss', place))).toBe(false);
  });

  test('strike at their probability, at the same places in every run', () => {
    const struck = (seed: number) => {
      const faults = new Faults(seed, { webhookLoss: 0.2 });
      return places.filter((place) => faults.strikes('webhookLoss', place, 0));
    };
    expect(struck(3)).toEqual(struck(3));
    expect(struck(4)).not.toEqual(struck(3));
    expect(Math.abs(struck(3).length - 200)).toBeLessThan(50);
  });

  test('do not all strike at the same places', () => {
    const faults = new Faults(1, { webhookLoss: 0.5, forge: 0.5 });
    const both = places.filter(
      (place) => faults.strikes('webhookLoss', place) === faults.strikes('forge', place),
    );
    expect(both.length).toBeGreaterThan(400);
    expect(both.length).toBeLessThan(600);
  });

  test('strike the next N times and then no more', () => {
    const faults = new Faults(1, { dialThrottle: { next: 2 } });
    expect([1, 2, 3].map((place) => faults.strikes('dialThrottle', place))).toEqual([true, true, false]);
    expect(faults.options.dialThrottle).toEqual({ next: 0 });
  });

  test('can be changed one by one', () => {
    const faults = new Faults(1, { webhookLoss: 1 });
    faults.set({ forge: 1 });
    expect(faults.options).toMatchObject({ webhookLoss: 1, forge: 1 });
    faults.set({ webhookLoss: 0 });
    expect(faults.strikes('webhookLoss', 'x')).toBe(false);
  });

  test('webhook delays stay in their range', () => {
    const faults = new Faults(1, { webhookDelayMs: [100, 300] });
    const delays = places.map((place) => faults.webhookDelayMs(place));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThanOrEqual(300);
    expect(new Set(delays).size).toBeGreaterThan(50);
  });
});

test('parseFaults refuses what it does not know', () => {
  expect(parseFaults({ forge: 0.5, webhookDelayMs: [0, 10] })).toEqual({
    forge: 0.5,
    webhookDelayMs: [0, 10],
  });
  expect(() => parseFaults({ webhookLost: 1 })).toThrow(/webhookLost/);
  expect(() => parseFaults({ webhookLoss: 1.5 })).toThrow(/webhookLoss/);
  expect(() => parseFaults({ webhookDelayMs: [10, 0] })).toThrow(/webhookDelayMs/);
});

import { describe, expect, test } from 'vitest';
import { isRefusedNumber, PROFILES, planCall, type SimulatedReach } from './people.ts';

function plan(number: string, callsBefore = 0, limits: Partial<Parameters<typeof planCall>[0]> = {}) {
  return planCall({
    seed: 7,
    number,
    callsBefore,
    ringTimeoutSeconds: 60,
    maxDurationSeconds: 600,
    lineBusy: false,
    ...limits,
  });
}

/** A fictional number without a sentinel; each of the 800 area codes has 80. */
function seededNumber(index: number): string {
  const areaCode = 200 + Math.floor(index / 80);
  return `+1${areaCode}55501${20 + (index % 80)}`;
}

describe('planCall', () => {
  test('is the same for the same seed, number and count of calls, and differs with each of them', () => {
    const numbers = Array.from({ length: 50 }, (_, index) => seededNumber(index));
    const plans = (seed: number, callsBefore: number) =>
      numbers.map((number) => plan(number, callsBefore, { seed }));
    expect(plans(7, 0)).toEqual(plans(7, 0));
    expect(plans(8, 0)).not.toEqual(plans(7, 0));
    expect(plans(7, 1)).not.toEqual(plans(7, 0));
    expect(new Set(plans(7, 0).map(({ profile }) => profile)).size).toBeGreaterThan(3);
  });

  test.each([
    ['00', ['converts', 'converts', 'converts']],
    ['01', ['no_answer', 'no_answer', 'no_answer']],
    ['02', ['busy', 'converts', 'converts']],
    ['06', ['asks_callback', 'converts', 'converts']],
    ['11', ['voicemail', 'converts', 'converts']],
  ])('numbers that end in %s: %j', (digits, profiles) => {
    expect([0, 1, 2].map((calls) => plan(`+121255501${digits}`, calls).profile)).toEqual(profiles);
  });

  test('answers about 55 of 100 seeded numbers, and shows every profile', () => {
    const plans = Array.from({ length: 4000 }, (_, index) => plan(seededNumber(index)));
    const answered = plans.filter(({ reach }) => reach === 'answered').length / plans.length;
    expect(answered).toBeGreaterThan(0.52);
    expect(answered).toBeLessThan(0.6);
    expect(new Set(plans.map(({ profile }) => profile))).toEqual(new Set(PROFILES));
  });

  test('rings and talks as long as people do', () => {
    for (let index = 0; index < 1000; index += 1) {
      const { reach, ringSeconds, talkSeconds, cut } = plan(seededNumber(index));
      expect(ringSeconds).toBeGreaterThanOrEqual(1);
      expect(ringSeconds).toBeLessThanOrEqual(60);
      expect(talkSeconds).toBeLessThanOrEqual(600);
      expect(talkSeconds > 0).toBe(reach === 'answered' || reach === 'voicemail');
      expect(cut).toBe(talkSeconds === 600);
    }
  });

  test('keeps the ring timeout: a pick-up after it is no answer', () => {
    const answered = plan('+12125550100');
    expect(answered.reach).toBe<SimulatedReach>('answered');
    const cutShort = plan('+12125550100', 0, { ringTimeoutSeconds: answered.ringSeconds });
    expect(cutShort).toMatchObject({ reach: 'no_answer', ringSeconds: answered.ringSeconds, talkSeconds: 0 });
    const justInTime = plan('+12125550100', 0, { ringTimeoutSeconds: answered.ringSeconds + 1 });
    expect(justInTime).toEqual(answered);
  });

  test('keeps the maximum duration', () => {
    expect(plan('+12125550109', 0, { maxDurationSeconds: 45 })).toMatchObject({ talkSeconds: 45, cut: true });
    expect(plan('+12125550100', 0, { maxDurationSeconds: 3000 })).toMatchObject({ cut: false });
  });

  test('a person already in a call is busy', () => {
    expect(plan('+12125550100', 0, { lineBusy: true })).toMatchObject({ profile: 'busy', reach: 'busy' });
  });
});

test('only the sentinel 15 is refused', () => {
  const digits = Array.from({ length: 100 }, (_, index) => String(index).padStart(2, '0'));
  expect(digits.filter((last) => isRefusedNumber(`+121255501${last}`))).toEqual(['15']);
});

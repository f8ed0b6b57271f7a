import { describe, expect, test } from 'vitest';
import { textAfterCall, textFate, textRefusalOf } from './texters.ts';

const SEED = 7;
/** People without a sentinel. */
const PEOPLE = Array.from({ length: 2000 }, (_, index) => `+1312555${String(index).padStart(4, '0')}`).filter(
  (number) => /[2-8]\d$/.test(number),
);

describe('textFate', () => {
  test('sentinels decide, every time', () => {
    for (let nth = 0; nth < 50; nth += 1) {
      expect(textFate(SEED, '+12125550100', nth)).toMatchObject({ status: 'delivered', errorCode: null });
      expect(textFate(SEED, '+12125550116', nth)).toMatchObject({ status: 'undelivered', errorCode: 30003 });
      expect(textFate(SEED, '+12125550118', nth)).toMatchObject({ status: 'failed', errorCode: 30008 });
    }
  });

  test('all others are decided by the seed, nearly all of them delivered', () => {
    const fates = PEOPLE.map((person) => textFate(SEED, person, 0));
    expect(PEOPLE.map((person) => textFate(SEED, person, 0))).toEqual(fates);
    expect(PEOPLE.map((person) => textFate(SEED + 1, person, 0))).not.toEqual(fates);
    const delivered = fates.filter(({ status }) => status === 'delivered').length;
    expect(delivered / fates.length).toBeGreaterThan(0.9);
    expect(delivered).toBeLessThan(fates.length);
    expect(fates.every(({ status, errorCode }) => (errorCode === null) === (status === 'delivered'))).toBe(
      true,
    );
  });
});

describe('textRefusalOf', () => {
  test.each([
    ['+12125550115', 21211],
    ['+12125550119', 21614],
    ['+12125550100', null],
  ])('%s: %s', (person, code) => {
    expect(textRefusalOf(person)).toBe(code);
  });
});

describe('textAfterCall', () => {
  const called = { callsBefore: 0, reach: 'answered' } as const;

  test('sentinels text after their first call at any share', () => {
    const person = '+12125550199';
    expect(textAfterCall(SEED, { ...called, person }, 0)).toBe('STOP');
    expect(textAfterCall(SEED, { ...called, person, callsBefore: 1 }, 1)).toBeNull();
    expect(textAfterCall(SEED, { ...called, person: '+12125550100' }, 1)).toBeNull();
  });

  test('of all others, the requested share texts', () => {
    const texting = (share: number) =>
      PEOPLE.filter((person) => textAfterCall(SEED, { ...called, person }, share) !== null).length;
    expect(texting(0)).toBe(0);
    expect(texting(1)).toBe(PEOPLE.length);
    expect(texting(0.1) / PEOPLE.length).toBeGreaterThan(0.05);
    expect(texting(0.1) / PEOPLE.length).toBeLessThan(0.2);
  });

  test('nobody whose phone did not ring', () => {
    const [person = ''] = PEOPLE;
    expect(textAfterCall(SEED, { ...called, person, reach: 'busy' }, 1)).toBeNull();
    expect(textAfterCall(SEED, { ...called, person, reach: 'no_answer' }, 1)).not.toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { type FollowedCall, type FollowUpCondition, type FollowUpRule, matchFollowUps } from './follow-up.ts';

const rule = (on: FollowUpCondition, id = 'one'): FollowUpRule => ({
  id,
  on,
  afterSeconds: 0,
  channel: 'sms',
  body: 'Hello',
});
const call = (change: Partial<FollowedCall> = {}): FollowedCall => ({
  reach: 'answered',
  disposition: 'converted',
  converted: true,
  meeting: true,
  ...change,
});
const matches = (on: FollowUpCondition, change?: Partial<FollowedCall>) =>
  matchFollowUps([rule(on)], call(change)).length === 1;

describe('a rule', () => {
  test('without a condition follows every call', () => {
    expect(matches({})).toBe(true);
    expect(matches({ reaches: [], dispositions: [] }, { reach: 'failed', disposition: null })).toBe(true);
  });

  test('asks for all that it names', () => {
    const on: FollowUpCondition = {
      reaches: ['answered', 'voicemail'],
      dispositions: ['converted'],
      converted: true,
      meeting: true,
    };
    expect(matches(on)).toBe(true);
    expect(matches(on, { reach: 'no_answer' })).toBe(false);
    expect(matches(on, { disposition: 'qualified' })).toBe(false);
    expect(matches(on, { disposition: null })).toBe(false);
    expect(matches(on, { converted: false })).toBe(false);
    expect(matches(on, { meeting: false })).toBe(false);
  });

  test('may ask that something is not so', () => {
    expect(matches({ converted: false })).toBe(false);
    expect(matches({ converted: false }, { converted: false })).toBe(true);
    expect(matches({ meeting: false })).toBe(false);
    expect(matches({ meeting: false }, { meeting: false })).toBe(true);
  });
});

test('several rules follow in their order', () => {
  const rules = [rule({}, 'a'), rule({ meeting: false }, 'b'), rule({ converted: true }, 'c')];
  expect(matchFollowUps(rules, call()).map(({ id }) => id)).toEqual(['a', 'c']);
});

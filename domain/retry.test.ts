import { describe, expect, test } from 'vitest';
import type { Reach } from './call.ts';
import { type AttemptResult, nextStep } from './retry.ts';
import { type CampaignSettings, DEFAULT_SETTINGS } from './settings.ts';

const endedAt = new Date('2026-11-20T17:00:00Z');
const result = (reach: Reach, more: Partial<AttemptResult> = {}): AttemptResult => ({
  reach,
  disposition: null,
  converted: false,
  attemptsUsed: 1,
  attemptsAllowed: null,
  endedAt,
  callbackAt: null,
  ...more,
});

describe('by reach', () => {
  test.each([
    ['no_answer', 2 * 3_600],
    ['busy', 4 * 3_600],
    ['failed', 15 * 60],
    ['not_placed', 15 * 60],
  ] as const)('%s is tried again after %d s', (reach, seconds) => {
    const at = new Date(endedAt.getTime() + seconds * 1_000);
    expect(nextStep(result(reach), DEFAULT_SETTINGS)).toEqual({ next: 'retry', kind: 'retry', at });
  });

  test.each([
    ['answered', 'answered'],
    ['voicemail', 'not_retried'],
    ['unknown', 'unknown'],
  ] as const)('%s ends the lead as %s', (reach, outcome) => {
    expect(nextStep(result(reach), DEFAULT_SETTINGS)).toEqual({ next: 'finish', outcome });
  });

  test('a voicemail is tried again where the campaign says so, by default as if nobody had answered', () => {
    const settings = { ...DEFAULT_SETTINGS, voicemail: 'retry' as const };
    const at = new Date(endedAt.getTime() + 7_200_000);
    expect(nextStep(result('voicemail'), settings)).toEqual({ next: 'retry', kind: 'retry', at });
  });

  test('a voicemail has its own delay where the campaign names one', () => {
    const retryAfterSeconds = { ...DEFAULT_SETTINGS.retryAfterSeconds, voicemail: 600 };
    const settings = { ...DEFAULT_SETTINGS, voicemail: 'retry' as const, retryAfterSeconds };
    const at = new Date(endedAt.getTime() + 600_000);
    expect(nextStep(result('voicemail'), settings)).toEqual({ next: 'retry', kind: 'retry', at });
    // It says nothing of a campaign that leaves messages.
    const leaving = { ...settings, voicemail: 'leave_message' as const };
    expect(nextStep(result('voicemail'), leaving)).toEqual({ next: 'finish', outcome: 'not_retried' });
  });

  test.each(['no_answer', 'busy', 'failed'] as const)('%s has a delay of its own', (reach) => {
    const retryAfterSeconds = { no_answer: 100, busy: 200, failed: 300, voicemail: 400 };
    const step = nextStep(result(reach), { ...DEFAULT_SETTINGS, retryAfterSeconds });
    const at = new Date(endedAt.getTime() + retryAfterSeconds[reach] * 1_000);
    expect(step).toEqual({ next: 'retry', kind: 'retry', at });
  });
});

test('the last attempt is the last', () => {
  expect(nextStep(result('busy', { attemptsUsed: 3 }), DEFAULT_SETTINGS)).toEqual({
    next: 'finish',
    outcome: 'attempts_spent',
  });
});

describe('a callback', () => {
  const tomorrow = new Date('2026-11-21T09:30:00Z');
  const spent = { next: 'finish', outcome: 'attempts_spent' };
  const callback = (
    callbackAt: Date | null,
    more: Partial<AttemptResult> = {},
    settings: Partial<CampaignSettings> = {},
  ) =>
    nextStep(result('answered', { disposition: 'callback_requested', callbackAt, ...more }), {
      ...DEFAULT_SETTINGS,
      ...settings,
    });

  test('happens at its time', () => {
    expect(callback(tomorrow)).toEqual({ next: 'retry', kind: 'callback', at: tomorrow });
  });

  test('is made only where it was asked for, whatever else the agent collected', () => {
    const answered = { next: 'finish', outcome: 'answered' };
    for (const disposition of ['qualified', 'not_interested', 'none', null] as const) {
      expect(callback(tomorrow, { disposition })).toEqual(answered);
    }
    // One that a person marked has no time.
    expect(callback(null)).toEqual(answered);
  });

  test('is made up to ninety days ahead, and from the first instant after the call', () => {
    const ahead = (ms: number) => new Date(endedAt.getTime() + ms);
    const days = 90 * 86_400_000;
    for (const at of [ahead(1), ahead(days)]) expect(callback(at)).toMatchObject({ kind: 'callback', at });
    for (const at of [ahead(0), ahead(days + 1)]) expect(callback(at)).toMatchObject({ next: 'finish' });
  });

  test('in the past, too far away or without a time is none', () => {
    for (const at of [null, endedAt, new Date('2027-06-01T00:00:00Z')]) {
      expect(callback(at)).toEqual({ next: 'finish', outcome: 'answered' });
    }
  });

  test('case 18: of the last attempt is made, one call beyond the attempts, and said to be', () => {
    const beyond = { next: 'retry', kind: 'callback', at: tomorrow, beyondLimit: true };
    expect(callback(tomorrow, { attemptsUsed: 3 })).toEqual(beyond);
    expect(callback(tomorrow, { attemptsUsed: 1 }, { maxAttempts: 1 })).toEqual(beyond);
    expect(callback(tomorrow, { attemptsUsed: 3 }, { callbackBeyondLimit: false })).toEqual(spent);
  });

  test('case 18: of the call beyond the attempts is not made: there is no second one', () => {
    expect(callback(tomorrow, { attemptsUsed: 4, attemptsAllowed: 4 })).toEqual(spent);
    expect(callback(tomorrow, { attemptsUsed: 5 })).toEqual(spent);
  });

  test('case 18: a promised call that was not placed is still to come, one that nobody answered is not', () => {
    const promised = { attemptsUsed: 3, attemptsAllowed: 4 };
    expect(nextStep(result('not_placed', promised), DEFAULT_SETTINGS)).toMatchObject({ kind: 'retry' });
    expect(nextStep(result('no_answer', { ...promised, attemptsUsed: 4 }), DEFAULT_SETTINGS)).toEqual(spent);
  });
});

test('a conversion ends the lead, also one that rests on a call nobody answered', () => {
  const converted = { next: 'finish', outcome: 'converted' };
  expect(nextStep(result('answered', { converted: true }), DEFAULT_SETTINGS)).toEqual(converted);
  // A person marked it.
  expect(nextStep(result('no_answer', { converted: true }), DEFAULT_SETTINGS)).toEqual(converted);
  const asked = { disposition: 'callback_requested', callbackAt: new Date('2026-11-21T09:30:00Z') } as const;
  expect(nextStep(result('answered', { ...asked, converted: true }), DEFAULT_SETTINGS)).toEqual(converted);
});

test('an opt-out ends the lead even when the call converted', () => {
  const both = result('answered', { disposition: 'opted_out', converted: true });
  expect(nextStep(both, DEFAULT_SETTINGS)).toEqual({ next: 'finish', outcome: 'opted_out' });
});

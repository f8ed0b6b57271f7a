import { expect, test } from 'vitest';
import { rulesToJudgeAnew } from './judging.ts';
import { ALWAYS_OPEN, DEFAULT_SETTINGS, mergeSettings, type SettingsChange } from './settings.ts';

const before = mergeSettings(DEFAULT_SETTINGS, {
  caps: { perDay: 2, perWeek: 4, minGapSeconds: 3_600 },
  spendLimitCents: 1_000,
});

function rulesAfter(change: SettingsChange): string[] {
  return [...rulesToJudgeAnew(before, mergeSettings(before, change))].sort();
}

test('other hours move leads that wait for them, and retries that were put off to their opening', () => {
  expect(rulesAfter({ window: ALWAYS_OPEN })).toEqual(['retry', 'window']);
  expect(rulesAfter({ ringMarginSeconds: before.ringMarginSeconds + 1 })).toEqual(['retry', 'window']);
});

test('another delay, or another rule for voicemail, moves retries', () => {
  const { retryAfterSeconds } = before;
  expect(rulesAfter({ retryAfterSeconds: { ...retryAfterSeconds, busy: 60 } })).toEqual(['retry']);
  expect(rulesAfter({ voicemail: before.voicemail === 'retry' ? 'done' : 'retry' })).toEqual(['retry']);
});

test('a looser limit releases whom it holds, a stricter one nobody', () => {
  const caps = (change: object) => rulesAfter({ caps: { ...before.caps, ...change } });
  expect(caps({ minGapSeconds: 60 })).toEqual(['contact_gap']);
  expect(caps({ perDay: 3 })).toEqual(['contact_day']);
  expect(caps({ perWeek: null })).toEqual(['contact_week']);
  expect(caps({ perDay: 1, perWeek: 3, minGapSeconds: 7_200 })).toEqual([]);
  expect(rulesAfter({ spendLimitCents: 1_001 })).toEqual(['spend_limit']);
  expect(rulesAfter({ spendLimitCents: null })).toEqual(['spend_limit']);
  expect(rulesAfter({ spendLimitCents: 10 })).toEqual([]);
});

test('what holds nobody until a time moves nobody', () => {
  expect(rulesAfter({ lines: before.lines + 1, maxAttempts: before.maxAttempts + 1 })).toEqual([]);
});

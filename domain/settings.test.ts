import { expect, test } from 'vitest';
import { DEFAULT_ONE_OFF_CALL_SETTINGS, namedByChange, oneOffCallSettings } from './one-off-call.ts';
import {
  ALWAYS_OPEN,
  campaignSettings,
  campaignSettingsChange,
  DEFAULT_SETTINGS,
  fromStored,
  mergeSettings,
} from './settings.ts';

test('the defaults are settings that a request may give', () => {
  expect(campaignSettings.parse(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
  expect(campaignSettingsChange.parse(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
  expect(oneOffCallSettings.parse(DEFAULT_ONE_OFF_CALL_SETTINGS)).toEqual(DEFAULT_ONE_OFF_CALL_SETTINGS);
});

test('a change brings no defaults of its own', () => {
  expect(campaignSettingsChange.parse({})).toEqual({});
  expect(campaignSettingsChange.parse({ caps: {}, scoreWeights: { success: 1 } })).toEqual({
    caps: {},
    scoreWeights: { success: 1 },
  });
});

test('a setting that does not exist is refused, at each depth', () => {
  for (const change of [{ colour: 1 }, { caps: { perYear: 1 } }, { window: { days: { someday: [] } } }]) {
    expect(campaignSettingsChange.safeParse(change).success).toBe(false);
  }
});

test('objects are merged field by field, hours and rules as a whole', () => {
  const merged = mergeSettings(DEFAULT_SETTINGS, {
    lines: 3,
    caps: { perDay: null },
    retryAfterSeconds: { busy: 60 },
    window: { days: ALWAYS_OPEN.days },
    conversion: { rule: 'manual' },
  });
  expect(merged).toEqual({
    ...DEFAULT_SETTINGS,
    lines: 3,
    caps: { perDay: null, perWeek: 7, minGapSeconds: 600 },
    retryAfterSeconds: { ...DEFAULT_SETTINGS.retryAfterSeconds, busy: 60 },
    window: ALWAYS_OPEN,
    conversion: { rule: 'manual' },
  });
});

test('null takes the holidays away, and leaving them out keeps them', () => {
  const observed = mergeSettings(DEFAULT_SETTINGS, { window: { holidays: 'US-CA' } });
  expect(mergeSettings(observed, { window: { timeZone: 'Europe/Berlin' } }).window.holidays).toBe('US-CA');
  expect(mergeSettings(observed, { window: { holidays: null } }).window).toEqual(DEFAULT_SETTINGS.window);
});

test('stored settings get the defaults of what was added since, within objects too', () => {
  const { autoReply: _, ...stored } = DEFAULT_SETTINGS;
  const { voicemail: __, ...delays } = stored.retryAfterSeconds;
  expect(fromStored({ ...stored, retryAfterSeconds: delays })).toEqual(DEFAULT_SETTINGS);
});

test('of the one-off calls only the settings that a change names are set, each as a whole', () => {
  expect(namedByChange(DEFAULT_ONE_OFF_CALL_SETTINGS, { caps: { perDay: 1 }, ringSeconds: 20 })).toEqual({
    caps: { perDay: 1, perWeek: 7, minGapSeconds: 600 },
    ringSeconds: 20,
  });
});

import type { Reach } from './call.ts';
import type { ConversionRule } from './conversion.ts';
import type { AutoReply, FollowUpRule } from './follow-up.ts';
import type { ScoreWeights } from './score.ts';
import type { CallingWindow } from './window.ts';

/** Reaches after which a lead may be called again, each after a delay of its own. */
export const RETRIED_REACHES = [
  'no_answer',
  'busy',
  'failed',
  'voicemail',
] as const satisfies readonly Reach[];

/** Seconds until the next attempt, by the reach of the last one; null means that it is not tried again. */
export type RetryAfterSeconds = Record<(typeof RETRIED_REACHES)[number], number | null>;

/** What a voicemail counts as: tried again, or done with or without a message. */
export const VOICEMAIL_CHOICES = ['retry', 'leave_message', 'done'] as const;
export type VoicemailChoice = (typeof VOICEMAIL_CHOICES)[number];

/** The rules of one campaign. Every version is kept; a lead uses the newest from its next attempt on. */
export interface CampaignSettings {
  /** Concurrent calls. */
  lines: number;
  /** Dials per second, at most; a Twilio account takes one per second unless raised. */
  callsPerSecond: number;
  /** Calls to one lead, at most, counting those that were placed. */
  maxAttempts: number;
  maxCallSeconds: number;
  ringSeconds: number;
  window: CallingWindow;
  retryAfterSeconds: RetryAfterSeconds;
  /** Limits for one contact over all campaigns; null is no limit. */
  caps: { perDay: number | null; perWeek: number | null; minGapSeconds: number };
  conversion: ConversionRule;
  scoreWeights: ScoreWeights;
  spendLimitCents: number | null;
  followUps: FollowUpRule[];
  /** How a lead's texts are answered; null for not at all. */
  autoReply: AutoReply | null;
  voicemail: VoicemailChoice;
}

const allDay: [string, string][] = [['00:00', '24:00']];

/** Every hour of the week, wherever the lead is: for runs that must not depend on the time of day. */
export const ALWAYS_OPEN: CallingWindow = {
  timeZone: 'lead',
  days: { mon: allDay, tue: allDay, wed: allDay, thu: allDay, fri: allDay, sat: allDay, sun: allDay },
};

const weekdayHours: [string, string][] = [['10:00', '19:00']];

export const DEFAULT_SETTINGS: CampaignSettings = {
  lines: 10,
  callsPerSecond: 1,
  maxAttempts: 3,
  maxCallSeconds: 600,
  ringSeconds: 30,
  window: {
    timeZone: 'lead',
    days: {
      mon: weekdayHours,
      tue: weekdayHours,
      wed: weekdayHours,
      thu: weekdayHours,
      fri: weekdayHours,
      sat: [],
      sun: [],
    },
  },
  retryAfterSeconds: { no_answer: 7_200, busy: 14_400, failed: 900, voicemail: null },
  caps: { perDay: 3, perWeek: 7, minGapSeconds: 600 },
  conversion: { rule: 'call_successful' },
  scoreWeights: { answered: 15, talkTime: 20, engagement: 15, success: 20, conversion: 30 },
  spendLimitCents: null,
  followUps: [],
  autoReply: null,
  voicemail: 'done',
};

type MergedParts = Pick<CampaignSettings, 'retryAfterSeconds' | 'caps' | 'scoreWeights'>;

/** New settings, any part of them. `holidays: null` takes the calendar away; `strictest` says what always holds. */
export type SettingsChange = Partial<Omit<CampaignSettings, keyof MergedParts | 'window'>> & {
  [Part in keyof MergedParts]?: Partial<MergedParts[Part]>;
} & {
  window?: Partial<Omit<CallingWindow, 'holidays'>> & { holidays?: string | null; strictest?: true };
};

/**
 * New settings over the ones in force. Fields of objects replace one by one, the hours of a week and a conversion
 * rule as a whole.
 */
export function mergeSettings(base: CampaignSettings, change: SettingsChange): CampaignSettings {
  const { window = {}, retryAfterSeconds, caps, scoreWeights, ...rest } = change;
  const { strictest: _alwaysSo, holidays: calendar, ...newWindow } = window;
  const merged: CampaignSettings = {
    ...base,
    ...rest,
    window: { ...base.window, ...newWindow, ...(typeof calendar === 'string' ? { holidays: calendar } : {}) },
    retryAfterSeconds: { ...base.retryAfterSeconds, ...retryAfterSeconds },
    caps: { ...base.caps, ...caps },
    scoreWeights: { ...base.scoreWeights, ...scoreWeights },
  };
  if (calendar === null) delete merged.window.holidays;
  return merged;
}

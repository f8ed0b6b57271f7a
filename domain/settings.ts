import { z } from 'zod';
import type { Reach } from './call.ts';
import { conversionRule } from './conversion.ts';
import { autoReply, followUpRules } from './follow-up.ts';
import type { ScorePart } from './score.ts';
import { type CallingWindow, callingWindow, callingWindowChange, changeWindow } from './window.ts';

/*
 * Each setting is declared once: its bounds, and the value that it has until somebody sets it. The types, the
 * defaults, what a request may change and what an answer shows derive from that.
 */

type Fields = Record<string, z.ZodType>;
type Bare<Named extends Fields> = {
  [Name in keyof Named]: Named[Name] extends z.ZodDefault<infer Inner> ? Inner : Named[Name];
};

/** The fields without their defaults: what a request leaves out stays as it is. */
export function bare<Named extends Fields>(fields: Named): Bare<Named> {
  const entries = Object.entries(fields).map(([name, field]) => [
    name,
    field instanceof z.ZodDefault ? field.unwrap() : field,
  ]);
  return Object.fromEntries(entries) as Bare<Named>;
}

export function defaultsOf<Named extends Fields>(fields: Named): z.output<z.ZodObject<Named>> {
  return z.object(fields).parse({});
}

const whole = (least: number, most: number) => z.number().int().min(least).max(most);

/** Of one call, in a campaign or a one-off one. */
export const callFields = {
  maxCallSeconds: whole(10, 7_200).default(600),
  ringSeconds: whole(5, 120).default(30),
  /** The longest time from a dial until the phone rings: so long before the hours end nobody is dialled any more. */
  ringMarginSeconds: whole(0, 300).default(10),
  /** What a voicemail counts as: tried again, or done with or without a message. */
  voicemail: z.enum(['retry', 'leave_message', 'done']).default('done'),
};

const cap = whole(1, 1_000).nullable();

/** Limits for one contact over all campaigns; null is no limit. */
export const capFields = {
  perDay: cap.default(3),
  perWeek: cap.default(7),
  minGapSeconds: whole(0, 7 * 86_400).default(600),
};

const delay = whole(1, 30 * 86_400).nullable();

/** Seconds until the next attempt, by the reach of the last one; null means that it is not tried again. */
const retryFields = {
  no_answer: delay.default(7_200),
  busy: delay.default(14_400),
  failed: delay.default(900),
  voicemail: delay.default(null),
} satisfies Partial<Record<Reach, z.ZodType>>;

const weight = z.number().min(0).max(1_000);

/** What each part of the score counts. */
const weightFields = {
  answered: weight.default(15),
  talkTime: weight.default(20),
  engagement: weight.default(15),
  success: weight.default(20),
  conversion: weight.default(30),
} satisfies Record<ScorePart, z.ZodType>;

const fields = {
  ...callFields,
  /** Concurrent calls. */
  lines: whole(1, 1_000).default(10),
  /** Dials per second, at most; a Twilio account takes one per second unless raised. */
  callsPerSecond: z.number().min(0.05).max(100).default(1),
  /** Calls to one lead, at most, counting those that were placed. */
  maxAttempts: whole(1, 20).default(3),
  /** A callback that the person asks for in the last of these calls is made: one call beyond them. */
  callbackBeyondLimit: z.boolean().default(true),
  conversion: conversionRule.default({ rule: 'call_successful' }),
  /** Charged and reserved cents of the campaign's dials, at most; the campaign pauses when no other call fits. */
  spendLimitCents: whole(1, 1_000_000_000).nullable().default(null),
  /**
   * What a call is expected to cost until the campaign has an average of its own. By default two minutes of talk at
   * ten cents, which the voice provider's usual plans charge with the model: most calls are shorter or not answered.
   */
  expectedCallCents: whole(1, 1_000_000).default(20),
  followUps: followUpRules.default([]),
  /** How a lead's texts are answered; null for not at all. */
  autoReply: autoReply.nullable().default(null),
};

/** The rules of one campaign. Every version is kept; a lead uses the newest from its next attempt on. */
export const campaignSettings = z.object({
  ...bare(fields),
  window: callingWindow,
  retryAfterSeconds: z.object(bare(retryFields)),
  caps: z.object(bare(capFields)),
  scoreWeights: z.object(bare(weightFields)),
});
export type CampaignSettings = z.output<typeof campaignSettings>;

/** Any part of them. Objects are merged into what is in force, their own fields one by one. */
export const campaignSettingsChange = z
  .strictObject({
    ...bare(fields),
    window: callingWindowChange,
    retryAfterSeconds: z.strictObject(bare(retryFields)).partial(),
    caps: z.strictObject(bare(capFields)).partial(),
    scoreWeights: z.strictObject(bare(weightFields)).partial(),
  })
  .partial();
export type SettingsChange = z.output<typeof campaignSettingsChange>;

const allDay: [string, string][] = [['00:00', '24:00']];

/** Every hour of the week, wherever the lead is: for runs that must not depend on the time of day. */
export const ALWAYS_OPEN: CallingWindow = {
  timeZone: 'lead',
  days: { mon: allDay, tue: allDay, wed: allDay, thu: allDay, fri: allDay, sat: allDay, sun: allDay },
};

const weekdayHours: [string, string][] = [['10:00', '19:00']];

export const DEFAULT_WINDOW: CallingWindow = {
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
};

export const DEFAULT_SETTINGS: CampaignSettings = {
  ...defaultsOf(fields),
  window: DEFAULT_WINDOW,
  retryAfterSeconds: defaultsOf(retryFields),
  caps: defaultsOf(capFields),
  scoreWeights: defaultsOf(weightFields),
};

/** Settings as they were stored: a version from before a setting existed has its default. */
export function fromStored(stored: SettingsChange): CampaignSettings {
  return mergeSettings(DEFAULT_SETTINGS, stored);
}

/** New settings over the ones in force. A conversion rule and a list are replaced as a whole. */
export function mergeSettings(base: CampaignSettings, change: SettingsChange): CampaignSettings {
  const { window, retryAfterSeconds, caps, scoreWeights, ...rest } = change;
  return {
    ...base,
    ...rest,
    window: changeWindow(base.window, window),
    retryAfterSeconds: { ...base.retryAfterSeconds, ...retryAfterSeconds },
    caps: { ...base.caps, ...caps },
    scoreWeights: { ...base.scoreWeights, ...scoreWeights },
  };
}

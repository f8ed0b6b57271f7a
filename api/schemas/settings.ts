import { z } from '@hono/zod-openapi';
import { isHolidayCalendar } from '#domain/holidays.ts';
import { SCORE_PARTS } from '#domain/score.ts';
import { type CampaignSettings, RETRIED_REACHES } from '#domain/settings.ts';
import { LONGEST_TEXT } from '#domain/text-length.ts';
import { validateWindow } from '#domain/window.ts';
import { byWord } from '#domain/words.ts';
import { isTimeZone } from '#domain/zones/time-zone.ts';
import { format, text } from './common.ts';
import { conversionRule } from './conversion.ts';
import { followUpRules } from './follow-ups.ts';
import { VoicemailChoice } from './words.ts';

const MAX_DELAY_SECONDS = 30 * 86_400;
const MAX_GAP_SECONDS = 7 * 86_400;

const TIME_OF_DAY = '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$';

const timeOfDay = z.string().max(5).openapi({ pattern: TIME_OF_DAY });

const hours = z
  .array(z.tuple([timeOfDay, timeOfDay]).openapi({ minItems: 2, maxItems: 2 }))
  .max(24)
  .openapi({
    example: [['10:00', '19:00']],
    description: 'HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another',
  });

/** A day that is not named is closed. */
const dayHours = hours.default([]);

const days = z
  .strictObject({
    mon: dayHours,
    tue: dayHours,
    wed: dayHours,
    thu: dayHours,
    fri: dayHours,
    sat: dayHours,
    sun: dayHours,
  })
  .superRefine((value, context) => {
    for (const problem of validateWindow({ timeZone: 'lead', days: value })) {
      // Each problem is "days.mon.0: what"; the path to `days` is known here.
      const [path = '', ...message] = problem.split(': ');
      context.addIssue({ code: 'custom', path: path.split('.').slice(1), message: message.join(': ') });
    }
  });

const timeZone = z
  .string()
  .max(64)
  .refine((name) => name === 'lead' || isTimeZone(name), 'must be "lead" or an IANA time zone')
  .openapi({ ...format('time-zone'), example: 'lead', description: 'IANA, or lead: the zones of each lead' });

const holidays = z
  .string()
  .max(20)
  .refine(isHolidayCalendar, 'is not a holiday calendar such as US or US-CA')
  .openapi({ ...format('holiday-calendar'), example: 'US-CA' });

const strictest = z
  .literal(true)
  .openapi({ description: 'Every zone the lead may be in must be open. Always so.' });

const delay = z.number().int().min(1).max(MAX_DELAY_SECONDS).nullable();
const delays = byWord(RETRIED_REACHES, () => delay);
const cap = z.number().int().min(1).max(1_000).nullable();
/** How often one contact is called, over all campaigns. */
export const caps = {
  perDay: cap,
  perWeek: cap,
  minGapSeconds: z.number().int().min(0).max(MAX_GAP_SECONDS),
};
const weight = z.number().min(0).max(1_000);
const weights = byWord(SCORE_PARTS, () => weight);

const conversion = conversionRule();

const autoReply = z
  .strictObject({
    rules: z
      .array(z.strictObject({ keywords: z.array(text(100)).min(1).max(50), body: text(LONGEST_TEXT) }))
      .max(50)
      .default([]),
    agent: z
      .strictObject({ agentId: text(200), maxTurns: z.number().int().min(1).max(50).default(5) })
      .nullable()
      .default(null),
  })
  .openapi('AutoReply', {
    description:
      'How texts from leads are answered: by the first rule whose words they have, else by the agent',
  });

/** Of one call, in a campaign or outside of any. */
export const ofOneCall = {
  maxCallSeconds: z.number().int().min(10).max(7_200),
  ringSeconds: z.number().int().min(5).max(120),
  voicemail: VoicemailChoice,
};

/** When people are called: as it may be set, a part of it at a time, and as it is shown. */
export const windowInput = z
  .strictObject({ timeZone, days, holidays: holidays.nullable(), strictest })
  .partial();
export const windowShown = z.object({ timeZone, days, holidays: holidays.optional(), strictest });

const plain = {
  ...ofOneCall,
  lines: z.number().int().min(1).max(1_000),
  callsPerSecond: z.number().min(0.05).max(100),
  maxAttempts: z.number().int().min(1).max(20),
  conversion,
  spendLimitCents: z.number().int().min(1).max(1_000_000_000).nullable(),
  followUps: followUpRules,
  autoReply: autoReply.nullable(),
};

/** What a request may set: any part of it. Objects are merged into what is in force, their own fields one by one. */
export const SettingsInput = z
  .strictObject({
    ...plain,
    window: windowInput,
    retryAfterSeconds: z.strictObject(delays).partial(),
    caps: z.strictObject(caps).partial(),
    scoreWeights: z.strictObject(weights).partial(),
  })
  .partial()
  .openapi('CampaignSettingsInput');

export const Settings = z
  .object({
    ...plain,
    window: windowShown,
    retryAfterSeconds: z.object(delays),
    caps: z.object(caps),
    scoreWeights: z.object(weights),
  })
  .openapi('CampaignSettings');

/** As answers show them. */
export function toSettings(settings: CampaignSettings): z.infer<typeof Settings> {
  return { ...settings, window: { ...settings.window, strictest: true } };
}

import { z } from '@hono/zod-openapi';
import type { OneOffCallSettings as Rules } from '#domain/one-off-call.ts';
import { DEFAULT_SETTINGS, mergeSettings } from '#domain/settings.ts';
import { ANY_FIELD, text } from './common.ts';
import { phone } from './opt-out.ts';
import { agentOverrides, Variables } from './session.ts';
import { caps, ofOneCall, windowInput, windowShown } from './settings.ts';

export const CallPlace = z
  .strictObject({
    agentId: text(200),
    phoneNumberId: text(200).openapi({ description: 'The number to call from, by its id at the provider' }),
    to: phone,
    variables: Variables.optional(),
    overrides: z.strictObject(agentOverrides).optional(),
    consent: text(500).optional().openapi({
      description:
        'How the person agreed to be called, kept with the call. Without it the call counts as requested by the key.',
    }),
  })
  .openapi('CallPlace');

const fields = {
  ...ofOneCall,
  nationalHolidays: z.boolean().openapi({
    description: "Where the window names no holidays: those of the number's country are kept",
  }),
};

/** Any part of it; the window's and the caps' own fields are merged one by one into what is in force. */
export const OneOffCallSettingsInput = z
  .strictObject({ ...fields, window: windowInput, caps: z.strictObject(caps).partial() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'names nothing to change')
  .openapi('SingleCallSettingsInput', ANY_FIELD);

export const OneOffCallSettings = z
  .object({ ...fields, window: windowShown, caps: z.object(caps) })
  .openapi('SingleCallSettings');

/** What of the rules is to be set, each part whole: what a request leaves out goes on following its default. */
export function changeOfOneOffCallSettings(
  rules: Rules,
  input: z.infer<typeof OneOffCallSettingsInput>,
): Partial<Rules> {
  const { nationalHolidays = rules.nationalHolidays, ...ofCampaigns } = input;
  const merged: Rules = {
    ...mergeSettings({ ...DEFAULT_SETTINGS, ...rules }, ofCampaigns),
    nationalHolidays,
  };
  const named = Object.keys(input) as (keyof typeof input)[];
  return Object.fromEntries(named.map((name) => [name, merged[name]]));
}

export function toOneOffCallSettings(rules: Rules): z.infer<typeof OneOffCallSettings> {
  return { ...rules, window: { ...rules.window, strictest: true } };
}

import { z } from 'zod';
import { bare, callFields, capFields, DEFAULT_WINDOW, defaultsOf } from './settings.ts';
import { callingWindow, callingWindowChange, changeWindow } from './window.ts';

const fields = {
  ...callFields,
  nationalHolidays: z
    .boolean()
    .meta({ description: "Where the window names no holidays: those of the number's country are kept" })
    .default(true),
};

/** The workspace's rules for one-off calls. */
export const oneOffCallSettings = z.object({
  ...bare(fields),
  window: callingWindow,
  caps: z.object(bare(capFields)),
});
export type OneOffCallSettings = z.output<typeof oneOffCallSettings>;

/** Any part of them; the window's and the caps' own fields are merged one by one into what is in force. */
export const oneOffCallSettingsChange = z
  .strictObject({
    ...bare(fields),
    window: callingWindowChange,
    caps: z.strictObject(bare(capFields)).partial(),
  })
  .partial();

/** The rules of a new campaign, and the holidays of the number's country. */
export const DEFAULT_ONE_OFF_CALL_SETTINGS: OneOffCallSettings = {
  ...defaultsOf(fields),
  window: DEFAULT_WINDOW,
  caps: defaultsOf(capFields),
};

/** The settings that a change names, each as a whole. What it leaves out keeps following its default. */
export function namedByChange(
  settings: OneOffCallSettings,
  change: z.output<typeof oneOffCallSettingsChange>,
): Partial<OneOffCallSettings> {
  const { window, caps, ...rest } = change;
  return {
    ...rest,
    ...(window && { window: changeWindow(settings.window, window) }),
    ...(caps && { caps: { ...settings.caps, ...caps } }),
  };
}

/** What one call may change of its agent, where the agent allows it. */
export interface CallOverrides {
  prompt?: string;
  firstMessage?: string;
  language?: string;
  voiceId?: string;
}

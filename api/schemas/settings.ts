import { z } from '@hono/zod-openapi';
import {
  oneOffCallSettings,
  oneOffCallSettingsChange,
  type OneOffCallSettings as StoredOneOffCallSettings,
} from '#domain/one-off-call.ts';
import { type CampaignSettings, campaignSettings, campaignSettingsChange } from '#domain/settings.ts';
import { callingWindow, callingWindowChange } from '#domain/window.ts';
import { ANY_FIELD } from './common.ts';

const strictest = z
  .literal(true)
  .openapi({ description: 'Every zone the lead may be in must be open. Always so.' });

const windowShown = callingWindow.extend({ strictest });
const windowInput = callingWindowChange.extend({ strictest: strictest.optional() }).optional();

export const Settings = campaignSettings.extend({ window: windowShown }).openapi('CampaignSettings');
export const SettingsInput = campaignSettingsChange
  .extend({ window: windowInput })
  .openapi('CampaignSettingsInput');

export const OneOffCallSettings = oneOffCallSettings
  .extend({ window: windowShown })
  .openapi('SingleCallSettings');
export const OneOffCallSettingsInput = oneOffCallSettingsChange
  .extend({ window: windowInput })
  .refine((change) => Object.keys(change).length > 0, 'names nothing to change')
  .openapi('SingleCallSettingsInput', ANY_FIELD);

/** As answers show them. */
export function toSettings(settings: CampaignSettings): z.infer<typeof Settings> {
  return { ...settings, window: { ...settings.window, strictest: true } };
}

export function toOneOffCallSettings(settings: StoredOneOffCallSettings): z.infer<typeof OneOffCallSettings> {
  return { ...settings, window: { ...settings.window, strictest: true } };
}

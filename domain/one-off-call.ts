import { type CampaignSettings, DEFAULT_SETTINGS } from './settings.ts';

/** The workspace's rules for one-off calls. */
export interface OneOffCallSettings
  extends Pick<CampaignSettings, 'window' | 'caps' | 'ringSeconds' | 'maxCallSeconds' | 'voicemail'> {
  /** Keep the holidays of the number's country where the window names none. */
  nationalHolidays: boolean;
}

/** The rules of a new campaign, and the holidays of the number's country. */
export const DEFAULT_ONE_OFF_CALL_SETTINGS: OneOffCallSettings = {
  window: DEFAULT_SETTINGS.window,
  caps: DEFAULT_SETTINGS.caps,
  ringSeconds: DEFAULT_SETTINGS.ringSeconds,
  maxCallSeconds: DEFAULT_SETTINGS.maxCallSeconds,
  voicemail: DEFAULT_SETTINGS.voicemail,
  nationalHolidays: true,
};

/** What one call may change of its agent, where the agent allows it. */
export interface CallOverrides {
  prompt?: string;
  firstMessage?: string;
  language?: string;
  voiceId?: string;
}

import type { Config } from '#config/config.ts';
import { createElevenLabs } from './elevenlabs/adapter.ts';
import { createMailer } from './mail/smtp.ts';
import type { Carrier, Mailer, VoiceProvider } from './ports.ts';
import { createTwilio } from './twilio/adapter.ts';

export interface Providers {
  voice: VoiceProvider;
  /** Null when no carrier account is configured. */
  carrier: Carrier | null;
  /** Null when no mail server is configured. */
  mailer: (Mailer & { close(): void }) | null;
}

/** The composition: the one place that knows which provider stands behind which port. */
export function createProviders({
  elevenLabs: { apiKey, baseUrl },
  twilio,
  mail,
}: Pick<Config, 'elevenLabs' | 'twilio' | 'mail'>): Providers {
  return {
    voice: createElevenLabs({ apiKey, ...(baseUrl === null ? {} : { baseUrl }) }),
    carrier: twilio === null ? null : createTwilio(twilio),
    mailer: mail === null ? null : createMailer(mail),
  };
}

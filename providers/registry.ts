import type { Config } from '#config/config.ts';
import { createElevenLabs } from './elevenlabs/adapter.ts';
import { createMailer } from './mail/smtp.ts';
import type { Carrier, Mailer, VoiceProvider, WebhookSender } from './ports.ts';
import { createTwilio } from './twilio/adapter.ts';
import { createWebhookSender } from './webhooks/sender.ts';

export interface Providers {
  voice: VoiceProvider;
  /** Null when no carrier account is configured. */
  carrier: Carrier | null;
  /** Where texts are sent from, and where their delivery is reported to; null when none can be sent. */
  texting: { from: string; statusCallbackUrl: string | null } | null;
  /** Null when no mail server is configured. */
  mailer: (Mailer & { close(): void }) | null;
  webhookSender: WebhookSender;
}

/** The composition: the one place that knows which provider stands behind which port. */
export function createProviders(config: Config): Providers {
  const { elevenLabs, twilio, mail, outboundWebhooksAllow } = config;
  return {
    voice: createElevenLabs(elevenLabs),
    carrier: twilio === null ? null : createTwilio(twilio),
    texting: textingOf(config),
    mailer: mail === null ? null : createMailer(mail),
    webhookSender: createWebhookSender({ allow: outboundWebhooksAllow }),
  };
}

function textingOf({ twilio, publicUrl }: Config): Providers['texting'] {
  if (twilio?.textsFrom == null) return null;
  return {
    from: twilio.textsFrom,
    statusCallbackUrl: publicUrl === null ? null : `${publicUrl}/webhooks/twilio/status`,
  };
}

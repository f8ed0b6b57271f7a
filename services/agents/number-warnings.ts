import { z } from '@hono/zod-openapi';
import type { PhoneNumber } from '#providers/ports.ts';

export const NumberWarning = z.object({ warning: z.enum(['texts_elsewhere']), detail: z.string() });

/** What will not work as a number is set up at the provider. */
export function warningsOf({
  phoneNumberId,
  phoneNumber,
  takesTexts,
}: PhoneNumber): ({ phoneNumberId: string } & z.infer<typeof NumberWarning>)[] {
  if (takesTexts !== true) return [];
  const detail =
    `Texts to ${phoneNumber} go to the voice provider and never arrive here. Import the number there without ` +
    'SMS (enable_sms: false), and point its messaging webhook to /webhooks/twilio/sms.';
  return [{ phoneNumberId, warning: 'texts_elsewhere', detail }];
}

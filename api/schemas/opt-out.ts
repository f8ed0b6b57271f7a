import { z } from '@hono/zod-openapi';
import type { OptOut as Row } from '#db/queries/opt-outs.ts';
import { parsePhone } from '#domain/phone.ts';
import { format, text } from '#domain/text.ts';
import type { AddedOptOut } from '#services/opt-outs/opt-outs.ts';
import { iso, page, timestamp } from './common.ts';
import { OptOutSource } from './words.ts';

/** A number as people write it, brought into E.164. */
export const phone = z
  .string()
  .max(64)
  .transform((input, context) => {
    const parsed = parsePhone(input);
    if (parsed.ok) return parsed.e164;
    context.addIssue({ code: 'custom', message: parsed.reason });
    return z.NEVER;
  })
  .openapi({ type: 'string', ...format('phone'), example: '+14155550117' });

export const OptOutAdd = z.strictObject({ phone, reason: text(500).optional() }).openapi('OptOutAdd');

export const OptOut = z
  .object({
    phone: z.string(),
    reason: z.string(),
    source: OptOutSource,
    createdAt: timestamp,
  })
  .openapi('OptOut');

export const OptOutAdded = OptOut.extend({
  inFlight: z
    .number()
    .int()
    .openapi({ description: 'Calls to the number that were in flight at this instant' }),
  inFlightCallIds: z.array(z.string()).openapi({
    description:
      'Their ids: they are hung up unless the workspace wants otherwise, and no other call follows',
  }),
}).openapi('OptOutAdded');

export const OptOutSettings = z
  .strictObject({
    hangUpOnOptOut: z.boolean().openapi({
      description:
        'An opt-out ends the calls to the number that are in flight, but the one in which it is spoken',
    }),
  })
  .openapi('OptOutSettings');

export const OptOutPage = page(OptOut, 'OptOutPage');

export function toOptOutAdded({ optOut, inFlight }: AddedOptOut): z.infer<typeof OptOutAdded> {
  return { ...toOptOut(optOut), inFlight: inFlight.length, inFlightCallIds: inFlight };
}

export function toOptOut(row: Row): z.infer<typeof OptOut> {
  return { phone: row.phone, reason: row.reason, source: row.source, createdAt: iso(row.created_at) };
}

import { z } from '@hono/zod-openapi';
import { text } from '#domain/text.ts';
import { phone } from './opt-out.ts';
import { agentOverrides, Variables } from './session.ts';

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

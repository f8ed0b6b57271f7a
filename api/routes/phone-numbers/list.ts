import { createRoute, z } from '@hono/zod-openapi';
import { NumberWarning, warningsOf } from '#services/agents/number-warnings.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { reachable } from '../../http/provider.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const PhoneNumber = z
  .object({
    phoneNumberId: z.string(),
    phoneNumber: z.string(),
    label: z.string(),
    provider: z.string(),
    supportsOutbound: z.boolean(),
    assignedAgentId: z.string().nullable(),
    takesTexts: z.boolean().nullable().openapi({
      description: 'Texts to this number go to the voice provider; null when the provider does not say',
    }),
  })
  .openapi('PhoneNumber');

const Page = z
  .object({
    items: z.array(PhoneNumber),
    nextCursor: z.string().nullable(),
    warnings: z
      .array(z.object({ phoneNumberId: z.string(), ...NumberWarning.shape }))
      .openapi({ description: 'What will not work as the numbers are set up' }),
  })
  .openapi('PhoneNumberPage');

const route = createRoute({
  method: 'get',
  path: '/api/phone-numbers',
  operationId: 'listPhoneNumbers',
  tags: ['provider'],
  summary: "List the provider's phone numbers, and warn of those whose texts would not arrive here",
  ...access('viewer'),
  responses: { 200: json('All of them', Page), ...keyProblems, ...problems(502) },
});

export function listPhoneNumbers(app: Api, { voice }: ApiContext): void {
  app.openapi(route, async (c) => {
    const numbers = await reachable(() => voice.listPhoneNumbers());
    const items = numbers.map((number) => ({
      phoneNumberId: number.phoneNumberId,
      phoneNumber: number.phoneNumber,
      label: number.label,
      provider: number.provider,
      supportsOutbound: number.supportsOutbound,
      assignedAgentId: number.assignedAgentId,
      takesTexts: number.takesTexts,
    }));
    return c.json({ items, nextCursor: null, warnings: numbers.flatMap(warningsOf) }, 200);
  });
}

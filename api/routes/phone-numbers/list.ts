import { createRoute, z } from '@hono/zod-openapi';
import { access } from '../../auth.ts';
import type { Api, ApiDeps } from '../../deps.ts';
import { reachable } from '../../provider.ts';
import { page } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const PhoneNumber = z
  .object({
    phoneNumberId: z.string(),
    phoneNumber: z.string(),
    label: z.string(),
    provider: z.string(),
    supportsOutbound: z.boolean(),
    assignedAgentId: z.string().nullable(),
  })
  .openapi('PhoneNumber');

const route = createRoute({
  method: 'get',
  path: '/api/phone-numbers',
  tags: ['provider'],
  summary: "List the provider's phone numbers",
  ...access('viewer'),
  responses: {
    200: json('All of them', page(PhoneNumber, 'PhoneNumberPage')),
    ...keyProblems,
    ...problems(502),
  },
});

export function listPhoneNumbers(app: Api, { voice }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const numbers = await reachable(() => voice.listPhoneNumbers());
    const items = numbers.map(
      ({ phoneNumberId, phoneNumber, label, provider, supportsOutbound, assignedAgentId }) => ({
        phoneNumberId,
        phoneNumber,
        label,
        provider,
        supportsOutbound,
        assignedAgentId,
      }),
    );
    return c.json({ items, nextCursor: null }, 200);
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { cachedNumbers, readNumberHealth, warningsOf } from '#services/agents/numbers.ts';
import { reachable } from '#services/errors.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { json, keyProblems, problems } from '../schemas/problem.ts';
import { NumberState } from '../schemas/words.ts';

const NumberWarning = z.object({ warning: z.enum(['texts_elsewhere']), detail: z.string() });

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

const PhoneNumberPage = z
  .object({
    items: z.array(PhoneNumber),
    nextCursor: z.string().nullable(),
    warnings: z
      .array(z.object({ phoneNumberId: z.string(), ...NumberWarning.shape }))
      .openapi({ description: 'What will not work as the numbers are set up' }),
  })
  .openapi('PhoneNumberPage');

const count = z.number().int();
const Calls = z
  .object({
    calls: count,
    finished: count.openapi({ description: 'Placed and over' }),
    answered: count,
    failed: count,
    answerRate: z
      .number()
      .nullable()
      .openapi({ description: 'Of finished calls; null while there are none' }),
  })
  .openapi('NumberCalls');

const NumberHealth = z
  .object({
    phoneNumberId: z.string(),
    phoneNumber: z
      .string()
      .nullable()
      .openapi({ description: 'E.164; null when the provider does not list it' }),
    label: z.string().nullable(),
    listed: z
      .boolean()
      .nullable()
      .openapi({ description: "Whether it is in the provider's list; null when that could not be had" }),
    today: Calls,
    before: Calls,
    state: NumberState.openapi({
      description:
        'failing: over a fifth of the finished calls of today failed. falling: its answer rate today is under half of ' +
        'what it was in the days before, or of what the other numbers have today, as where carriers mark a number ' +
        'as spam. unused: no calls, today or before. healthy: nothing speaks against it',
    }),
    judged: z
      .boolean()
      .openapi({ description: 'Whether enough of its calls of today are over to say how it does' }),
    warnings: z.array(NumberWarning).openapi({ description: 'What will not work as it is set up' }),
  })
  .openapi('NumberHealth');

const listNumbersRoute = createRoute({
  method: 'get',
  path: '/api/phone-numbers',
  operationId: 'listPhoneNumbers',
  tags: ['provider'],
  summary: "List the provider's phone numbers, and warn of those whose texts would not arrive here",
  ...access('viewer'),
  responses: { 200: json('All of them', PhoneNumberPage), ...keyProblems, ...problems(502) },
});

const readHealthRoute = createRoute({
  method: 'get',
  path: '/api/phone-numbers/health',
  operationId: 'readNumberHealth',
  tags: ['provider'],
  summary: "How campaigns' calls from each of our numbers go today, against the seven days before",
  ...access('viewer'),
  responses: {
    200: json(
      'The worst first',
      z.object({ items: z.array(NumberHealth), nextCursor: z.null() }).openapi('NumberHealthPage'),
    ),
    ...keyProblems,
  },
});

export function registerPhoneNumbers(app: Api, context: ApiContext): void {
  const listNumbers = cachedNumbers(context);
  app.openapi(listNumbersRoute, async (c) => {
    const numbers = await reachable(() => context.voice.listPhoneNumbers());
    const items = numbers.map((number) => ({
      phoneNumberId: number.phoneNumberId,
      phoneNumber: number.phoneNumber,
      label: number.label,
      provider: number.provider,
      supportsOutbound: number.supportsOutbound,
      assignedAgentId: number.assignedAgentId,
      takesTexts: number.takesTexts,
    }));
    const warnings = numbers.flatMap((number) =>
      warningsOf(number).map((warning) => ({ phoneNumberId: number.phoneNumberId, ...warning })),
    );
    return c.json({ items, nextCursor: null, warnings }, 200);
  });
  app.openapi(readHealthRoute, async (c) => {
    const items = await readNumberHealth(context, await listNumbers());
    return c.json({ items, nextCursor: null }, 200);
  });
}

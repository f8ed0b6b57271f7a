import { createRoute, z } from '@hono/zod-openapi';
import { readWorkspaceTimeZone } from '#db/queries/metrics.ts';
import { type NumberDays, readNumberDays } from '#db/queries/number-days.ts';
import { daysBefore, localDate } from '#domain/day.ts';
import {
  answerRate,
  compareNumbers,
  mayJudge,
  type NumberCalls,
  numberState,
  sumCalls,
} from '#domain/number-health.ts';
import type { PhoneNumber } from '#providers/ports.ts';
import { rememberNumbers } from '#services/agents/known-numbers.ts';
import { NumberWarning, warningsOf } from '#services/agents/number-warnings.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { json, keyProblems } from '../../schemas/problem.ts';
import { NumberState } from '../../schemas/words.ts';

/** Today is held against so many days before it: a whole week, since people answer otherwise on some weekdays. */
const DAYS_BEFORE = 7;

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

const route = createRoute({
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

export function readNumberHealth(app: Api, context: ApiContext): void {
  const listNumbers = rememberNumbers(context);
  app.openapi(route, async (c) => {
    const [listed, timeZone] = await Promise.all([listNumbers(), readWorkspaceTimeZone(context.db)]);
    const today = localDate(await context.now(), timeZone);
    const days = await readNumberDays(context.db, { first: daysBefore(today, DAYS_BEFORE), today });
    return c.json({ items: healthOf(days, listed).sort(compareNumbers), nextCursor: null }, 200);
  });
}

/** Numbers that have dialled, and those that could. `listed` is null where the provider's list could not be had. */
function healthOf(
  days: readonly NumberDays[],
  listed: readonly PhoneNumber[] | null,
): z.infer<typeof NumberHealth>[] {
  const byId = new Map(days.map((number) => [number.phoneNumberId, number]));
  const numbers = new Map(listed?.map((number) => [number.phoneNumberId, number]));
  const ids = [...new Set([...byId.keys(), ...numbers.keys()])];
  const all = sumCalls(days.map(({ today }) => today));
  return ids.map((phoneNumberId) => {
    const { today, before } = byId.get(phoneNumberId) ?? { today: sumCalls([]), before: sumCalls([]) };
    const number = numbers.get(phoneNumberId);
    return {
      phoneNumberId,
      phoneNumber: number?.phoneNumber ?? null,
      label: number?.label ?? null,
      listed: listed === null ? null : number !== undefined,
      today: withRate(today),
      before: withRate(before),
      state: numberState({ today, before, others: without(all, today) }),
      judged: mayJudge(today),
      warnings: (number === undefined ? [] : warningsOf(number)).map(({ warning, detail }) => ({
        warning,
        detail,
      })),
    };
  });
}

function withRate(calls: NumberCalls): z.infer<typeof Calls> {
  return { ...calls, answerRate: answerRate(calls) };
}

function without(all: NumberCalls, one: NumberCalls): NumberCalls {
  return {
    calls: all.calls - one.calls,
    finished: all.finished - one.finished,
    answered: all.answered - one.answered,
    failed: all.failed - one.failed,
  };
}

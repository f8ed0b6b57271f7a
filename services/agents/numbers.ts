import { setTimeout as delay } from 'node:timers/promises';
import { type NumberDays, readNumberDays } from '#db/queries/metrics.ts';
import { readWorkspace } from '#db/queries/workspace.ts';
import { daysBefore, localDate } from '#domain/day.ts';
import {
  answerRate,
  compareNumbers,
  mayJudge,
  type NumberCalls,
  type NumberState,
  numberState,
  sumCalls,
} from '#domain/number-health.ts';
import { type PhoneNumber, ProviderError } from '#providers/ports.ts';
import type { Context } from '../context.ts';

/** Numbers are set up by hand, now and then: a list that is older than this is asked for again. */
const FRESH_MS = 60_000;
/** Whoever asks first waits so long for the provider, and nobody after that. */
const FIRST_WAIT_MS = 1_500;
/** Today is held against so many days before it: a whole week, since people answer differently by weekday. */
const DAYS_BEFORE = 7;

type NumbersContext = Pick<Context, 'db' | 'voice' | 'now' | 'logger'>;

export interface NumberWarning {
  warning: 'texts_elsewhere';
  detail: string;
}

/** What will not work as a number is set up at the provider. */
export function warningsOf({ phoneNumber, takesTexts }: PhoneNumber): NumberWarning[] {
  if (takesTexts !== true) return [];
  const detail =
    `Texts to ${phoneNumber} go to the voice provider and never arrive here. Import the number there without ` +
    'SMS (enable_sms: false), and point its messaging webhook to /webhooks/twilio/sms.';
  return [{ warning: 'texts_elsewhere', detail }];
}

/**
 * The provider's numbers for a screen that is read again with every call: at most a minute old, or as they were last
 * listed while a newer answer is on its way. Null while the provider has not answered, or when it failed the last time.
 */
export function cachedNumbers(context: NumbersContext): () => Promise<PhoneNumber[] | null> {
  let known: { numbers: PhoneNumber[] | null; at: Date } | null = null;
  let asking: Promise<void> | null = null;
  const ask = async (): Promise<void> => {
    const numbers = await context.voice.listPhoneNumbers().catch((error: unknown) => {
      const status = error instanceof ProviderError ? error.status : null;
      context.logger.warn({ status }, "the provider's numbers could not be listed");
      return null;
    });
    known = { numbers, at: await context.now() };
    asking = null;
  };
  return async () => {
    const now = await context.now();
    const isFresh = known !== null && now.getTime() - known.at.getTime() < FRESH_MS;
    if (!isFresh) asking ??= ask();
    if (known === null) await Promise.race([asking, delay(FIRST_WAIT_MS, undefined, { ref: false })]);
    return known?.numbers ?? null;
  };
}

type RatedCalls = NumberCalls & { answerRate: number | null };

export interface NumberHealth {
  phoneNumberId: string;
  /** E.164; null when the provider does not list it. */
  phoneNumber: string | null;
  label: string | null;
  /** Whether it is in the provider's list; null when the list could not be had. */
  listed: boolean | null;
  today: RatedCalls;
  before: RatedCalls;
  state: NumberState;
  /** Whether enough of today's calls have ended to judge it. */
  judged: boolean;
  warnings: NumberWarning[];
}

/**
 * How campaigns' calls from each of our numbers go today against the week before, the worst first: numbers that have
 * dialled, and those that could. `listed` is the provider's list, null where it could not be had.
 */
export async function readNumberHealth(
  { db, now }: NumbersContext,
  listed: readonly PhoneNumber[] | null,
): Promise<NumberHealth[]> {
  const { time_zone } = await readWorkspace(db);
  const today = localDate(await now(), time_zone);
  const days = await readNumberDays(db, { first: daysBefore(today, DAYS_BEFORE), today });
  return healthOf(days, listed).sort(compareNumbers);
}

function healthOf(days: readonly NumberDays[], listed: readonly PhoneNumber[] | null): NumberHealth[] {
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
      today: rated(today),
      before: rated(before),
      state: numberState({ today, before, others: without(all, today) }),
      judged: mayJudge(today),
      warnings: number === undefined ? [] : warningsOf(number),
    };
  });
}

function rated(calls: NumberCalls): RatedCalls {
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

import { setTimeout as delay } from 'node:timers/promises';
import { type PhoneNumber, ProviderError } from '#providers/ports.ts';
import type { Context } from '../context.ts';

/** Numbers are set up by hand, now and then: what is older than this is asked for again. */
const FRESH_MS = 60_000;
/** Whoever asks first waits so long for the provider, and nobody after that. */
const FIRST_WAIT_MS = 1_500;

/**
 * The provider's numbers for a screen that is read anew with every call: as they were a minute ago at most, or when
 * they were last asked for, while a newer answer is on its way. Null while the provider has not answered, or when it
 * did not the last time.
 */
export function rememberNumbers(
  context: Pick<Context, 'voice' | 'now' | 'logger'>,
): () => Promise<PhoneNumber[] | null> {
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
    const isFresh = known !== null && (await context.now()).getTime() - known.at.getTime() < FRESH_MS;
    if (!isFresh) asking ??= ask();
    if (known === null) await Promise.race([asking, delay(FIRST_WAIT_MS, undefined, { ref: false })]);
    return known?.numbers ?? null;
  };
}

import { ProviderError } from '#providers/ports.ts';
import { Problem } from './errors.ts';

/** Asks the voice provider. @throws Problem 502 when it does not answer, or refuses us */
export async function reachable<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const how = error.status === null ? 'did not answer' : `answered with status ${error.status}`;
    throw new Problem('provider-unavailable', `The voice provider ${how}.`);
  }
}

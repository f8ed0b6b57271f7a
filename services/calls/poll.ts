import { readCallRow } from '#db/queries/calls.ts';
import type { Context } from '../context.ts';
import { RetryLater } from '../errors.ts';
import { lookAt } from './look.ts';

/**
 * Looks whether a call is over. The activity's retries are the polling: while the call goes on, this fails with the
 * delay until the next look, which costs no history.
 *
 * @throws RetryLater `NotEnded` while it goes on
 * @throws ProviderError when it may be over, and not everyone who may know answers
 */
export async function pollCall(context: Context, { callId }: { callId: string }): Promise<void> {
  const { ended, failure } = await lookAt(context, await readCallRow(context.db, callId));
  if (ended) return;
  if (failure !== null) throw failure;
  throw new RetryLater('NotEnded', 'The call is not over.', {
    delayMs: context.timeouts.pollEveryMs,
    expected: true,
  });
}

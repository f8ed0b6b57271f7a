import { ActivityFailure, CancellationScope, condition } from '@temporalio/workflow';
import { polling } from './activities.ts';
import { waitFor } from './waiting.ts';

/** Polling goes on this long past the deadline, so that the conclusion, not the polling, closes the call. */
const POLL_MARGIN_MS = 5_000;

export interface PlacedCall {
  callId: string;
  pollAfterMs: number;
  deadlineAt: string;
}

/** Waits for the webhook's signal; when it is late, polls beside it; past the deadline waits no longer. */
export async function callOver(
  over: () => boolean,
  { callId, pollAfterMs, deadlineAt }: PlacedCall,
): Promise<void> {
  if (await waitFor(over, pollAfterMs, 'for the webhook')) return;
  const scope = new CancellationScope();
  const { pollCall } = polling(Math.max(0, new Date(deadlineAt).getTime() - Date.now()) + POLL_MARGIN_MS);
  try {
    await scope.run(() => Promise.race([pollCall({ callId }), condition(over)]));
  } catch (error) {
    // Polling ran into the deadline: the conclusion says what that means.
    if (!(error instanceof ActivityFailure)) throw error;
  } finally {
    scope.cancel();
  }
}

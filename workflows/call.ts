import {
  ActivityFailure,
  CancellationScope,
  condition,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '#activities/create-activities.ts';
import type { Reach } from '#domain/call.ts';
import { callEndedSignal } from './messages.ts';
import { DATABASE_WORK, LOST_WORKER, waitFor } from './shared.ts';

/**
 * For the activities that gate and dial. They are safe to repeat, because one run only makes the dial, and so are
 * retried until they succeed. Looking up a dial whose answer was lost takes minutes; the heartbeat shows a lost
 * worker soon.
 */
export const GATE_AND_DIAL = {
  startToCloseTimeout: '30 minutes',
  ...LOST_WORKER,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
} as const;

const { placeSingleCall } = proxyActivities<Pick<Activities, 'placeSingleCall'>>(GATE_AND_DIAL);
const { concludeSingleCall } = proxyActivities<Pick<Activities, 'concludeSingleCall'>>(DATABASE_WORK);

/** Its retries are the polling: each failure says when to look next. The call's deadline bounds it. */
function polling(scheduleToCloseTimeoutMs: number) {
  return proxyActivities<Pick<Activities, 'pollCall'>>({
    scheduleToCloseTimeout: scheduleToCloseTimeoutMs,
    startToCloseTimeout: '1 minute',
    ...LOST_WORKER,
    retry: { initialInterval: '5 seconds', backoffCoefficient: 1.5, maximumInterval: '1 minute' },
    summary: 'no webhook yet',
  });
}

/** Polling outlasts the deadline by this, so that the conclusion closes the call, not the polling. */
const POLL_MARGIN_MS = 5_000;
/** After a conclusion that found the call still in flight, polling starts soon. */
export const LOOK_AGAIN_MS = 1_000;

export interface PlacedCall {
  callId: string;
  pollAfterMs: number;
  /** ISO time by which the call must have ended. */
  deadlineAt: string;
}

/** Waits for the signal that a webhook brings. When it is late, polls as well; past the deadline, waits no longer. */
export async function waitForCallEnd(
  ended: () => boolean,
  { callId, pollAfterMs, deadlineAt }: PlacedCall,
): Promise<void> {
  if (await waitFor(ended, pollAfterMs, 'for the webhook')) return;
  const scope = new CancellationScope();
  const { pollCall } = polling(Math.max(0, new Date(deadlineAt).getTime() - Date.now()) + POLL_MARGIN_MS);
  try {
    await scope.run(() => Promise.race([pollCall({ callId }), condition(ended)]));
  } catch (error) {
    // The deadline has passed: the conclusion says what that means.
    if (!(error instanceof ActivityFailure)) throw error;
  } finally {
    scope.cancel();
  }
}

/**
 * A one-off call that the gate has let through: dials it once, waits for its end and concludes it. There is no
 * second attempt. Its history holds an id and times, nothing personal.
 */
export async function callWorkflow({ callId }: { callId: string }): Promise<{ reach: Reach }> {
  let ended = false;
  setHandler(callEndedSignal, (call) => {
    ended ||= call.callId === callId;
  });
  setCurrentDetails('placing');
  const placed = await placeSingleCall({ callId });
  setCurrentDetails(`in flight, must end by ${placed.deadlineAt}`);
  if (!placed.ended) await waitForCallEnd(() => ended, placed);
  for (;;) {
    const concluded = await concludeSingleCall({ callId });
    if (concluded !== null) return concluded;
    ended = false;
    await waitForCallEnd(() => ended, { ...placed, pollAfterMs: LOOK_AGAIN_MS });
  }
}

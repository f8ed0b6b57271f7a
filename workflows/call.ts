import { setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { Reach } from '#domain/call.ts';
import { placingSingle, records } from './activities.ts';
import { callOver } from './call-over.ts';
import { callEndedSignal } from './messages.ts';

const LOOK_AGAIN_MS = 1_000;

/**
 * One call outside of campaigns, which the gate has let go: dials it once, waits for its end and closes it. Nothing
 * comes after it. Its history holds an id and times, nothing personal.
 */
export async function callWorkflow({ callId }: { callId: string }): Promise<{ reach: Reach }> {
  let ended = false;
  setHandler(callEndedSignal, (told) => {
    ended ||= told.callId === callId;
  });
  setCurrentDetails('placing');
  const placed = await placingSingle.placeSingleCall({ callId });
  setCurrentDetails(`under way, over by ${placed.deadlineAt}`);
  if (!placed.ended) await callOver(() => ended, placed);
  for (;;) {
    const concluded = await records.concludeSingleCall({ callId });
    if (concluded !== null) return concluded;
    ended = false;
    await callOver(() => ended, { ...placed, pollAfterMs: LOOK_AGAIN_MS });
  }
}

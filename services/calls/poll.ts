import { inTransaction } from '#db/client.ts';
import { type CallRow, readCallRow } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockCall } from '#db/queries/locks.ts';
import type { Reach } from '#domain/call.ts';
import type { CarrierCall } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { RetryLater } from '../errors.ts';
import { settleUnended } from './hang-up.ts';
import { ABSENT_EVERYWHERE, lookOnce, mustHaveShownAtMs } from './reconcile.ts';
import { idsOf, mergeFetched, recordNotPlaced } from './record.ts';

/**
 * Looks whether a call is over. The activity's retries are the polling: while the call goes on, this fails with the
 * delay until the next look, which costs no history.
 *
 * @throws RetryLater `NotEnded` while it goes on
 */
export async function pollCall(context: Context, { callId }: { callId: string }): Promise<void> {
  const call = await readCallRow(context.db, callId);
  if (call.status === 'ended' || (await look(context, call))) return;
  throw new RetryLater('NotEnded', 'The call is not over.', {
    delayMs: context.timeouts.pollEveryMs,
    expected: true,
  });
}

/** True when the call is over now. */
async function look(context: Context, call: CallRow): Promise<boolean> {
  if (call.conversation_id === null && call.call_sid === null) return await lookForLost(context, call);
  if (call.conversation_id !== null) {
    const facts = await context.voice.getConversation(call.conversation_id);
    if (facts !== null && (await mergeFetched(context, facts, 'poll'))) return true;
  } else {
    await lookOnce(context, call);
    if (await isEnded(context, call.id)) return true;
  }
  return await lookAtCarrier(context, call);
}

/**
 * Looks again for a dial that could not be found while not everyone could be asked. Once both providers answer, and it
 * must have shown, it was not placed: nobody need wait for its deadline.
 */
async function lookForLost(context: Context, call: CallRow): Promise<boolean> {
  const mustShow = (await context.now()).getTime() >= mustHaveShownAtMs(context, call);
  const finding = await lookOnce(context, call);
  if (finding === 'absent' && mustShow) await recordNotPlaced(context, call, ABSENT_EVERYWHERE);
  return await isEnded(context, call.id);
}

async function isEnded(context: Context, callId: string): Promise<boolean> {
  return (await readCallRow(context.db, callId)).status === 'ended';
}

/**
 * The voice provider may say nothing of a call that nobody answered; the carrier does. A call that the carrier calls
 * `completed` was answered: of that one the voice provider will report the end.
 */
async function lookAtCarrier(context: Context, call: CallRow): Promise<boolean> {
  if (context.carrier === null || call.call_sid === null) return false;
  const carrierCall = await context.carrier.getCall(call.call_sid);
  const reach = carrierCall === null ? null : reachOf(carrierCall);
  if (carrierCall === null || reach === null) return false;
  const now = await context.now();
  await inTransaction(context.db, async (tx) => {
    const current = await lockCall(tx, call);
    if (current.status === 'ended') return;
    await tx
      .updateTable('calls')
      .set({
        status: 'ended',
        reach,
        source: 'poll',
        ended_at: carrierCall.endedAt !== null && carrierCall.endedAt < now ? carrierCall.endedAt : now,
      })
      .where('id', '=', call.id)
      .execute();
    await settleUnended(tx, current);
    await appendEvent(tx, { type: 'call.ended', ...idsOf(call), data: { reach, source: 'poll' } });
  });
  return true;
}

function reachOf(call: CarrierCall): Reach | null {
  switch (call.status) {
    case 'busy':
      return 'busy';
    case 'no-answer':
      return 'no_answer';
    case 'failed':
    case 'canceled':
      return 'failed';
    case 'queued':
    case 'ringing':
    case 'in-progress':
    case 'completed':
      return null;
  }
}

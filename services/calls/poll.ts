import { inTransaction } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { Reach } from '#domain/call.ts';
import type { CarrierCall } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { RetryLater } from '../errors.ts';
import { lockCall } from './end-call.ts';
import type { Call } from './gate.ts';
import { ABSENT_EVERYWHERE, lookOnce, mustHaveShownAtMs } from './reconcile.ts';
import { mergeFetched, recordAbsence } from './record.ts';

export function createPolling(context: Context) {
  return {
    /**
     * Asks whether a call is over. Its retries are the polling: while the call goes on it fails with the delay
     * until the next look, which costs no history.
     *
     * @throws RetryLater `NotEnded` while it goes on
     */
    async pollCall({ callId }: { callId: string }): Promise<void> {
      const call = await context.db
        .selectFrom('calls')
        .selectAll()
        .where('id', '=', callId)
        .executeTakeFirstOrThrow();
      if (call.status === 'ended' || (await look(context, call))) return;
      throw new RetryLater('NotEnded', 'The call is not over.', {
        delayMs: context.timeouts.pollEveryMs,
        // Nothing is wrong, so it is no failure to be logged or counted.
        expected: true,
      });
    },
  };
}

/** True when the call is over now. */
async function look(context: Context, call: Call): Promise<boolean> {
  if (call.conversation_id === null && call.call_sid === null) {
    return await lookForLost(context, call);
  }
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
 * A dial that was looked for in vain while not everyone could be asked. Once both answer, and it must have
 * shown, it was not placed: that ends the wait without its deadline.
 */
async function lookForLost(context: Context, call: Call): Promise<boolean> {
  const mustShow = (await context.now()).getTime() >= mustHaveShownAtMs(context, call);
  const finding = await lookOnce(context, call);
  if (finding === 'absent' && mustShow) await recordAbsence(context, call, ABSENT_EVERYWHERE);
  return await isEnded(context, call.id);
}

async function isEnded(context: Context, callId: string): Promise<boolean> {
  const { status } = await context.db
    .selectFrom('calls')
    .select('status')
    .where('id', '=', callId)
    .executeTakeFirstOrThrow();
  return status === 'ended';
}

/**
 * The voice provider may say nothing of a call that nobody answered; the carrier knows. A call that it calls
 * `completed` was answered by someone, and stays the voice provider's to tell of.
 */
async function lookAtCarrier(context: Context, call: Call): Promise<boolean> {
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
    const subject = { campaignId: call.campaign_id, leadId: call.lead_id, callId: call.id };
    await appendEvent(tx, { type: 'call.ended', ...subject, data: { reach, source: 'poll' } });
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

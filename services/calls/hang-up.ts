import type { Tx } from '#db/client.ts';
import { inTransaction } from '#db/client.ts';
import type { CallRow } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { forgetHangUp, hangUpsDue, markHangUps, takeHangUpTry } from '#db/queries/hang-ups.ts';
import { backoffMs } from '#domain/backoff.ts';
import type { HangUpReason } from '#domain/call.ts';
import { type LiveCommandAnswer, ProviderError } from '#providers/ports.ts';
import { raiseAttention, settleAttention } from '../attention.ts';
import type { Context } from '../context.ts';

/** How a call was hung up, or why it was not. `not_connected`: no provider has named it yet. */
export type HungUp =
  | { via: 'monitor' | 'carrier' }
  | { via: null; why: Exclude<LiveCommandAnswer, 'done'> | 'not_connected' | ProviderError };

const MOST_TRIES = 6;
const NEXT_TRY = { firstMs: 5_000, limitMs: 60_000 };
const AT_ONCE = 10;
const MOST_PAGES = 20;

/**
 * Marks calls under way to be hung up, and logs why. Whoever commits this calls `performHangUps` afterwards; the sweep
 * repeats it. The calls' contacts must be locked. Returns the calls that were marked: not those that are over or were
 * marked before.
 */
export async function requestHangUp(
  tx: Tx,
  { callIds, reason }: { callIds: readonly string[]; reason: HangUpReason },
): Promise<string[]> {
  const marked = await markHangUps(tx, callIds, reason);
  for (const call of marked) {
    await appendEvent(tx, { type: 'call.hang_up_requested', ...refOf(call), data: { reason } });
  }
  return marked.map(({ id }) => id);
}

/**
 * Ends calls that are marked, through the monitor or the carrier. One that no provider has named yet is hung up by
 * whoever records its name. The ends themselves are reported as for every call; what goes on is tried again by the
 * sweep, a bounded number of times, and then put before a person.
 */
export async function performHangUps(context: Context, callIds: readonly string[]): Promise<void> {
  await Promise.all(callIds.map((callId) => tryHangUp(context, callId)));
}

async function tryHangUp(context: Context, callId: string): Promise<void> {
  const now = await context.now();
  const call = await takeHangUpTry(context.db, callId, (tries) => nextTryAt(now, tries));
  if (call === null) return;
  if (call.hang_up_tries > MOST_TRIES) return await giveUpHangingUp(context, callId);
  // A monitor that took the command in vain is not asked again where the carrier can be.
  const hungUp = await hangUp(context, call, { skipMonitor: call.hang_up_tries > 1 });
  if (hungUp.via === null && hungUp.why === 'gone') await forgetHangUp(context.db, callId);
  if (hungUp.via === null) {
    const why = hungUp.why instanceof ProviderError ? hungUp.why.message : hungUp.why;
    context.logger.warn({ callId, tries: call.hang_up_tries, why }, 'a call was not hung up');
  }
}

function nextTryAt(now: Date, tries: number): Date {
  return new Date(now.getTime() + backoffMs(tries, { ...NEXT_TRY, chance: 0.5 }));
}

async function giveUpHangingUp({ db }: Pick<Context, 'db'>, callId: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const call = await forgetHangUp(tx, callId);
    if (call === null) return;
    const why =
      call.hang_up_reason === 'opt_out' ? 'The person opted out' : 'The call has outlasted its limit';
    await raiseAttention(tx, {
      kind: 'unended_call',
      subject: call.id,
      campaignId: call.campaign_id,
      leadId: call.lead_id,
      detail: `${why}, and it could not be hung up in ${MOST_TRIES} tries.`,
    });
    const data = { reason: call.hang_up_reason, tries: MOST_TRIES };
    await appendEvent(tx, { type: 'call.hang_up_failed', ...refOf(call), data });
  });
}

/** Tries again what is due. Returns how many calls were tried. */
export async function repeatHangUps(context: Context): Promise<number> {
  let tried = 0;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const due = await hangUpsDue(context.db, await context.now(), AT_ONCE);
    if (due.length === 0) break;
    context.heartbeat();
    await performHangUps(context, due);
    tried += due.length;
  }
  return tried;
}

/** Settles what was put before a person because a call did not end. */
export async function settleUnended(
  tx: Tx,
  { id, hang_up_requested_at, overdue_since }: CallRow,
): Promise<void> {
  if (hang_up_requested_at === null && overdue_since === null) return;
  await settleAttention(tx, { kind: 'unended_call', subject: id, settlement: 'It has ended.' });
}

/** Ends one call: through the monitor, else by the carrier, which can hang up in any state of the conversation. */
export async function hangUp(
  { voice, carrier }: Pick<Context, 'voice' | 'carrier'>,
  call: Pick<CallRow, 'status' | 'conversation_id' | 'call_sid'>,
  { skipMonitor = false }: { skipMonitor?: boolean } = {},
): Promise<HungUp> {
  if (call.status === 'ended') return { via: null, why: 'gone' };
  const byCarrier = carrier !== null && call.call_sid !== null;
  const { conversation_id: conversationId, call_sid: callSid } = call;
  const answer =
    conversationId === null
      ? 'not_connected'
      : skipMonitor && byCarrier
        ? 'unavailable'
        : await answerOf(() => voice.command(conversationId, { kind: 'end' }));
  if (answer === 'done') return { via: 'monitor' };
  if (carrier === null || callSid === null) return { via: null, why: answer };
  const ended = await answerOf(async () => ((await carrier.endCall(callSid)) ? 'done' : 'gone'));
  return ended === 'done' ? { via: 'carrier' } : { via: null, why: ended };
}

async function answerOf<T>(ask: () => Promise<T>): Promise<T | ProviderError> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}

function refOf(call: Pick<CallRow, 'id' | 'campaign_id' | 'lead_id'>) {
  return { campaignId: call.campaign_id, leadId: call.lead_id, callId: call.id };
}

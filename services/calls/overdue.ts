import { inTransaction, type Tx } from '#db/client.ts';
import { type CallRow, readCallRow } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockCall } from '#db/queries/locks.ts';
import { judgeOverdue, OVERDUE_LIMITS, type OverdueVerdict } from '#domain/overdue.ts';
import { raiseAttention } from '../attention.ts';
import type { Context } from '../context.ts';
import { performHangUps, requestHangUp } from './hang-up.ts';
import { endByCarrier, type Look, lookAt } from './look.ts';
import { giveUp, idsOf } from './record.ts';

/** A call that is held is looked at again before this, by its workflow or else by the sweep. */
const SHORTEST_HOLD_MS = 60_000;

/**
 * Asks the providers of a call past its deadline. As long as one says that it lives, or may do so, it keeps its line
 * and its contact, and a dial of ours is hung up. Only a call that nobody knows of is given up. True when it has ended.
 */
export async function reviewOverdue(context: Context, callId: string): Promise<{ ended: boolean }> {
  const before = await readCallRow(context.db, callId);
  const look = await lookAt(context, before);
  if (look.ended) return { ended: true };
  const now = await context.now();
  const limits = { ...OVERDUE_LIMITS, ...context.timeouts.overdue };
  const verdict = judgeOverdue(
    look,
    {
      now,
      startedAt: before.started_at,
      lastKnownAt: before.last_seen_at ?? before.overdue_since ?? before.deadline_at,
      carrierEndedAt: look.atCarrier?.endedAt ?? null,
    },
    limits,
  );
  if (verdict.kind === 'close' && look.atCarrier !== null) {
    const reach = /^(machine|fax)/.test(look.atCarrier.answeredBy ?? '') ? 'voicemail' : 'answered';
    await endByCarrier(context, before, { atCarrier: look.atCarrier, reach });
    return { ended: true };
  }
  const toHangUp = await inTransaction(context.db, (tx) =>
    follow(tx, context, { before, look, verdict, now }),
  );
  if (toHangUp.length > 0) await performHangUps(context, toHangUp);
  return { ended: (await readCallRow(context.db, callId)).status === 'ended' };
}

/** Whether nobody can say what became of it, or will become of it: only a person can. */
export function isUnaccounted({
  status,
  held_because: because,
}: Pick<CallRow, 'status' | 'held_because'>): boolean {
  return status === 'ended' || because === 'silent' || because === 'unreported';
}

/** Returns the calls that are to be hung up. */
async function follow(
  tx: Tx,
  { timeouts }: Context,
  { before, look, verdict, now }: { before: CallRow; look: Look; verdict: OverdueVerdict; now: Date },
): Promise<string[]> {
  const call = await lockCall(tx, before);
  if (call.status === 'ended') return [];
  if (verdict.kind !== 'hold') {
    await giveUp(tx, call, now, reasonToGiveUp(call, look));
    return [];
  }
  const isLive = verdict.because === 'live';
  await tx
    .updateTable('calls')
    .set({
      deadline_at: new Date(now.getTime() + Math.max(SHORTEST_HOLD_MS, 3 * timeouts.pollEveryMs)),
      overdue_since: call.overdue_since ?? call.deadline_at,
      held_because: verdict.because,
      ...(isLive ? { last_seen_at: now } : {}),
    })
    .where('id', '=', call.id)
    .execute();
  if (call.overdue_since === null)
    await appendEvent(tx, { type: 'call.overdue', ...idsOf(call), data: { because: verdict.because } });
  if (verdict.because === 'silent') await askForHelp(tx, call);
  // A call that came to us has no limit of ours.
  return isLive && call.attempt !== null
    ? await requestHangUp(tx, { callIds: [call.id], reason: 'overdue' })
    : [];
}

async function askForHelp(tx: Tx, call: CallRow): Promise<void> {
  await raiseAttention(tx, {
    kind: 'unended_call',
    subject: call.id,
    campaignId: call.campaign_id,
    leadId: call.lead_id,
    detail: 'It should be over, and not every provider can be asked: it keeps its line and its contact.',
  });
}

function reasonToGiveUp(call: CallRow, { voice, carrier }: Look): string {
  if (voice === 'live' || carrier === 'live')
    return 'A provider still calls it live, longer than a call can last.';
  if (voice === 'silent' || carrier === 'silent')
    return 'The providers could not be asked about it for too long.';
  if (call.conversation_id === null && call.call_sid === null)
    return 'It could not be found out whether it was placed.';
  return 'Its end was never reported.';
}

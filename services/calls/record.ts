import { inTransaction, type Tx } from '#db/client.ts';
import type { CallRow } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockCall, lockConversation } from '#db/queries/locks.ts';
import { listUnmerged, markMerged, markNotified } from '#db/queries/provider-events.ts';
import type { CallSource } from '#domain/call.ts';
import type { ConversationFacts } from '#domain/conversation.ts';
import type { DialAnswer } from '#providers/ports.ts';
import { raiseAttention, settleUnmatched } from '../attention.ts';
import type { Context } from '../context.ts';
import { performHangUps, settleUnended } from './hang-up.ts';
import { type Merged, mergeFacts } from './merge-facts.ts';

/**
 * Records that the call exists at the provider, and merges the webhooks that came before this was known. The
 * conversation is locked meanwhile, so that no webhook is missed in between.
 */
export async function recordPlaced(
  context: Context,
  call: CallRow,
  placed: { conversationId: string | null; callSid: string | null },
): Promise<CallRow> {
  const after = await recordNames(context, call, placed);
  // Somebody wanted it ended before it could be: while nobody knew by which name.
  if (after.hang_up_requested_at !== null) await performHangUps(context, [call.id]);
  return after;
}

async function recordNames(
  context: Context,
  call: CallRow,
  { conversationId, callSid }: { conversationId: string | null; callSid: string | null },
): Promise<CallRow> {
  return await inTransaction(context.db, async (tx) => {
    if (conversationId !== null) await lockConversation(tx, conversationId);
    const before = await lockCall(tx, call);
    if (conversationId !== null && (before.conversation_id ?? conversationId) !== conversationId) {
      await raiseAttention(tx, {
        kind: 'unknown_call',
        subject: call.id,
        campaignId: call.campaign_id,
        leadId: call.lead_id,
        detail: `Two conversations claim this attempt: ${before.conversation_id} and ${conversationId}.`,
      });
      return before;
    }
    const after = await tx
      .updateTable('calls')
      .set({
        conversation_id: before.conversation_id ?? conversationId,
        call_sid: before.call_sid ?? callSid,
        status: before.status === 'dialling' ? 'ringing' : before.status,
      })
      .where('id', '=', call.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (before.status === 'dialling') await appendEvent(tx, { type: 'call.placed', ...idsOf(call) });
    if (conversationId === null) return after;
    const waiting = await mergeWaitingEvents(tx, context, conversationId);
    if (waiting.length === 0) return after;
    // The workflow learns their facts from this activity's own answer: nobody else need be notified.
    const ids = waiting.map(({ eventId }) => eventId);
    await markNotified(tx, ids, await context.now());
    return await lockCall(tx, call);
  });
}

/** From this instant on, both providers know of a call that was placed. */
export function mustHaveShownAtMs(
  { timeouts }: Pick<Context, 'timeouts'>,
  call: Pick<CallRow, 'started_at'>,
): number {
  return call.started_at.getTime() + timeouts.dialTimeoutMs + timeouts.reconcileForMs;
}

/** Why it is certain that no phone rang. */
export interface Absence {
  failure: string;
  /** `reconciled` when both providers were asked in vain; null when the dial itself said so, or was not made. */
  source: CallSource | null;
  /** The provider refused the dial and would refuse it again: for what. */
  refusal?: Extract<DialAnswer, { kind: 'refused' }>['cause'];
  /** The provider wants no other dial for so long. */
  retryAfterMs?: number;
}

/** What else changes in the transaction that ends a dial as not placed. */
export type WhenNotPlaced = (tx: Tx, absence: Absence, now: Date) => Promise<void>;

/**
 * Ends a dial as not placed. A webhook may have shown meanwhile that it was placed after all, or a run that stood still
 * has passed the gate again, so that it was looked for too early: then nothing changes. Returns the call as it is
 * afterwards.
 */
export async function recordNotPlaced(
  context: Pick<Context, 'db' | 'clock' | 'timeouts'>,
  call: CallRow,
  absence: Absence,
  whenNotPlaced?: WhenNotPlaced,
): Promise<CallRow> {
  return await inTransaction(context.db, async (tx) => {
    const current = await lockCall(tx, call);
    const now = await context.clock(tx);
    if (current.conversation_id !== null || current.call_sid !== null || current.status === 'ended')
      return current;
    if (absence.source === 'reconciled' && now.getTime() < mustHaveShownAtMs(context, current))
      return current;
    const ended = await endNotPlaced(tx, current, { ...absence, now });
    await whenNotPlaced?.(tx, absence, now);
    return ended;
  });
}

/** Ends a locked call when it is certain that no phone rang. */
export async function endNotPlaced(
  tx: Tx,
  call: CallRow,
  { now, failure, source }: Absence & { now: Date },
): Promise<CallRow> {
  await settleUnended(tx, call);
  // The failure is in the provider's own words, and stays out of the log.
  await appendEvent(tx, { type: 'call.ended', ...idsOf(call), data: { reach: 'not_placed', source } });
  return await tx
    .updateTable('calls')
    .set({ status: 'ended', reach: 'not_placed', ended_at: now, concluded_at: now, failure, source })
    .where('id', '=', call.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Ends a locked call of which nobody knows, as unknown, and puts it before a person. */
export async function giveUp(tx: Tx, call: CallRow, now: Date, failure: string): Promise<void> {
  await settleUnended(tx, call);
  await raiseAttention(tx, {
    kind: 'unknown_call',
    subject: call.id,
    campaignId: call.campaign_id,
    leadId: call.lead_id,
    detail: failure,
  });
  await appendEvent(tx, { type: 'call.ended', ...idsOf(call), data: { reach: 'unknown' } });
  await tx
    .updateTable('calls')
    .set({ status: 'ended', reach: 'unknown', ended_at: now, failure: call.failure ?? failure })
    .where('id', '=', call.id)
    .execute();
}

/** A call's ids, as events name them. */
export function idsOf(call: Pick<CallRow, 'id' | 'campaign_id' | 'lead_id'>) {
  return { campaignId: call.campaign_id, leadId: call.lead_id, callId: call.id };
}

/** An event that waited for its call. `merged` is null for one that says nothing about the call's outcome. */
export interface WaitingEvent {
  eventId: number;
  merged: Merged | null;
}

/**
 * Merges stored events of a conversation for which no call was known. Where a workflow waits for the end that they
 * report, the event stays marked as one whose workflow is to be notified: should the caller fail to, the sweep does.
 */
export async function mergeWaitingEvents(
  tx: Tx,
  context: Context,
  conversationId: string,
): Promise<WaitingEvent[]> {
  const results: WaitingEvent[] = [];
  for (const { id, payload } of await listUnmerged(tx, conversationId)) {
    const event = context.voice.parseEvent(payload);
    const now = await context.now();
    const merged =
      event.kind === 'conversation'
        ? await mergeFacts(tx, { facts: event.facts, source: 'webhook', now })
        : null;
    const awaited = merged?.ended === true && merged.dialled;
    await markMerged(tx, [{ id, callId: merged?.callId ?? null, notified: !awaited }], now);
    await settleUnmatched(tx, id);
    results.push({ eventId: id, merged });
  }
  return results;
}

/** Merges facts that we fetched ourselves. True when the call is over with them. */
export async function mergeFetched(
  context: Context,
  facts: ConversationFacts,
  source: CallSource,
): Promise<boolean> {
  const now = await context.now();
  const merged = await inTransaction(context.db, async (tx) => {
    await lockConversation(tx, facts.conversationId);
    return await mergeFacts(tx, { facts, source, now });
  });
  return merged?.ended ?? false;
}

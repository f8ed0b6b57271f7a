import { inTransaction, type Tx } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockConversation } from '#db/queries/locks.ts';
import { markAllSignalled, markMerged } from '#db/queries/provider-events.ts';
import type { CallSource } from '#domain/call.ts';
import type { ConversationFacts } from '#domain/conversation.ts';
import { raiseAttention, settleUnmatched } from '../attention.ts';
import type { Context } from '../context.ts';
import { endNotPlaced, lockCall } from './end-call.ts';
import type { Call } from './gate.ts';
import { type Merged, mergeFacts } from './merge-facts.ts';

/**
 * Records that the call exists at the provider, and merges the webhooks that came before this was known. The
 * conversation is held meanwhile, so that none slips between.
 */
export async function recordPlaced(
  context: Context,
  call: Call,
  placed: { conversationId: string | null; callSid: string | null },
): Promise<Call> {
  const { conversationId, callSid } = placed;
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
    if (before.status === 'dialling') {
      await appendEvent(tx, {
        type: 'call.placed',
        campaignId: call.campaign_id,
        leadId: call.lead_id,
        callId: call.id,
      });
    }
    if (conversationId === null) return after;
    const waiting = await mergeWaitingWebhooks(tx, context, conversationId);
    if (waiting.length === 0) return after;
    // What they say is this activity's own answer to the workflow: nobody else need be told.
    const ids = waiting.map(({ eventId }) => eventId);
    await markAllSignalled(tx, ids, await context.now());
    return await lockCall(tx, call);
  });
}

/** A webhook that had waited for its call, and what came of it; null of one that says nothing of its outcome. */
export interface WaitingWebhook {
  eventId: number;
  merged: Merged | null;
}

/**
 * Merges stored webhooks of a conversation that no call was known for. Where a workflow waits for the end that they
 * tell of, the event is left as one that is still to be told; so the sweep tells it when the caller does not come to it.
 */
export async function mergeWaitingWebhooks(
  tx: Tx,
  context: Context,
  conversationId: string,
): Promise<WaitingWebhook[]> {
  const waiting = await tx
    .selectFrom('webhook_events')
    .select(['id', 'payload'])
    .where('conversation_id', '=', conversationId)
    .where('merged_at', 'is', null)
    .orderBy('id')
    .execute();
  const results: WaitingWebhook[] = [];
  for (const { id, payload } of waiting) {
    const event = context.voice.parseEvent(payload);
    const now = await context.now();
    const merged =
      event.kind === 'conversation'
        ? await mergeFacts(tx, { facts: event.facts, source: 'webhook', now, ...price(context) })
        : null;
    const awaited = merged?.ended === true && merged.dialled;
    await markMerged(tx, id, { callId: merged?.callId ?? null, signalled: !awaited, now });
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
    return await mergeFacts(tx, { facts, source, now, ...price(context) });
  });
  return merged?.ended ?? false;
}

function price(context: Context): { centsPerCredit: number } {
  return { centsPerCredit: context.config.elevenLabs.centsPerCredit };
}

/**
 * Closes a dial of which it is certain that no phone rang, as an attempt that was not placed. A webhook may have told
 * meanwhile that it was placed after all: then it stays as it is. Returns the call as it is afterwards.
 *
 * @param absence.source `reconciled` when it was looked for in vain; null when the dial itself said so, or was not made
 */
export async function recordAbsence(
  context: Context,
  call: Call,
  { failure, source }: { failure: string; source: CallSource | null },
): Promise<Call> {
  const now = await context.now();
  return await inTransaction(context.db, async (tx) => {
    const current = await lockCall(tx, call);
    if (current.conversation_id !== null || current.call_sid !== null || current.status === 'ended')
      return current;
    await endNotPlaced(tx, current, { now, failure, source });
    return await lockCall(tx, call);
  });
}

import { sql } from 'kysely';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';

export interface StoredEvent {
  id: number;
  /** False when the same body came before. */
  isNew: boolean;
  callId: string | null;
  mergedAt: Date | null;
  signalledAt: Date | null;
}

/** Stores a verified webhook; one that came before only counts another delivery. */
export async function storeWebhookEvent(
  tx: Tx,
  event: {
    provider?: 'elevenlabs' | 'twilio';
    dedupKey: string;
    type: string;
    conversationId: string | null;
    payload: unknown;
    now: Date;
  },
): Promise<StoredEvent> {
  const row = await tx
    .insertInto('webhook_events')
    .values({
      provider: event.provider ?? 'elevenlabs',
      dedup_key: event.dedupKey,
      type: event.type,
      conversation_id: event.conversationId,
      payload: toJson(event.payload),
      received_at: event.now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['provider', 'dedup_key'])
        .doUpdateSet({ deliveries: sql<number>`webhook_events.deliveries + 1` }),
    )
    .returning(['id', 'deliveries', 'call_id', 'merged_at', 'signalled_at'])
    .executeTakeFirstOrThrow();
  return {
    id: row.id,
    isNew: row.deliveries === 1,
    callId: row.call_id,
    mergedAt: row.merged_at,
    signalledAt: row.signalled_at,
  };
}

/** Its facts are in its call, or it has none. `signalled`: nobody need be told. */
export async function markMerged(
  tx: Tx,
  id: number,
  { callId, signalled, now }: { callId: string | null; signalled: boolean; now: Date },
): Promise<void> {
  await tx
    .updateTable('webhook_events')
    .set({ merged_at: now, call_id: callId, ...(signalled ? { signalled_at: now } : {}) })
    .where('id', '=', id)
    .execute();
}

/** The lead was told. */
export async function markSignalled(db: Db, id: number, now: Date): Promise<void> {
  await db
    .updateTable('webhook_events')
    .set({ signalled_at: now })
    .where('id', '=', id)
    .where('signalled_at', 'is', null)
    .execute();
}

/** The lead and the call of an event that is to be told; null when the call was not dialled for one, or has not ended. */
export async function findCallToTell(
  tx: Tx,
  callId: string,
): Promise<{ leadId: string; callId: string } | null> {
  const call = await tx
    .selectFrom('calls')
    .select('lead_id')
    .where('id', '=', callId)
    .where('status', '=', 'ended')
    .where('attempt', 'is not', null)
    .executeTakeFirst();
  return call?.lead_id == null ? null : { leadId: call.lead_id, callId };
}

import { sql } from 'kysely';
import type { ProviderName } from '#domain/conversation.ts';
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

/** A verified webhook. */
interface NewWebhookEvent {
  provider: ProviderName;
  dedupKey: string;
  type: string;
  conversationId: string | null;
  payload: unknown;
  now: Date;
  /** Its facts are merged by the same transaction, and nobody need be told. */
  settled?: boolean;
}

/** Stores a verified webhook; one that came before only counts another delivery. */
export async function storeWebhookEvent(tx: Tx, event: NewWebhookEvent): Promise<StoredEvent> {
  const [stored] = await storeWebhookEvents(tx, [event]);
  if (stored === undefined) throw new Error('A webhook was not stored.');
  return stored;
}

/** As `storeWebhookEvent` for several of different keys, in their order; rows are written in one order for everybody. */
export async function storeWebhookEvents(tx: Tx, events: readonly NewWebhookEvent[]): Promise<StoredEvent[]> {
  const inOrder = events.toSorted((a, b) => (a.dedupKey < b.dedupKey ? -1 : 1));
  const rows = await tx
    .insertInto('webhook_events')
    .values(
      inOrder.map((event) => ({
        provider: event.provider,
        dedup_key: event.dedupKey,
        type: event.type,
        conversation_id: event.conversationId,
        payload: toJson(event.payload),
        received_at: event.now,
        merged_at: event.settled ? event.now : null,
        signalled_at: event.settled ? event.now : null,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['provider', 'dedup_key'])
        .doUpdateSet({ deliveries: sql<number>`webhook_events.deliveries + 1` }),
    )
    .returning(['id', 'provider', 'dedup_key', 'deliveries', 'call_id', 'merged_at', 'signalled_at'])
    .execute();
  const byKey = new Map(rows.map((row) => [`${row.provider} ${row.dedup_key}`, row]));
  return events.flatMap(({ provider, dedupKey }) => {
    const row = byKey.get(`${provider} ${dedupKey}`);
    if (row === undefined) return [];
    return [
      {
        id: row.id,
        isNew: row.deliveries === 1,
        callId: row.call_id,
        mergedAt: row.merged_at,
        signalledAt: row.signalled_at,
      },
    ];
  });
}

/** An event's facts are in its call, or it has none. `signalled`: nobody need be told. */
export interface MergedMark {
  id: number;
  callId: string | null;
  signalled: boolean;
}

export async function markMerged(
  tx: Tx,
  id: number,
  { callId, signalled, now }: { callId: string | null; signalled: boolean; now: Date },
): Promise<void> {
  await markAllMerged(tx, [{ id, callId, signalled }], now);
}

/** As `markMerged` for several. */
export async function markAllMerged(tx: Tx, marks: readonly MergedMark[], now: Date): Promise<void> {
  if (marks.length === 0) return;
  await sql`
    update webhook_events as event
    set merged_at = ${now}, call_id = mark."callId",
      signalled_at = case when mark.signalled then ${now}::timestamptz else event.signalled_at end
    from jsonb_to_recordset(${toJson(marks)}::jsonb) as mark (id bigint, "callId" text, signalled boolean)
    where event.id = mark.id`.execute(tx);
}

/** The lead was told. */
export async function markSignalled(db: Db, id: number, now: Date): Promise<void> {
  await markAllSignalled(db, [id], now);
}

/** As `markSignalled` for several. */
export async function markAllSignalled(db: Db, ids: readonly number[], now: Date): Promise<void> {
  await db
    .updateTable('webhook_events')
    .set({ signalled_at: now })
    .where('id', 'in', ids)
    .where('signalled_at', 'is', null)
    .execute();
}

/** The lead and the call of an event that is to be told; null when the call was not dialled here, or has not ended. */
export async function findCallToTell(
  tx: Tx,
  callId: string,
): Promise<{ leadId: string | null; callId: string } | null> {
  const call = await tx
    .selectFrom('calls')
    .select('lead_id')
    .where('id', '=', callId)
    .where('status', '=', 'ended')
    .where('attempt', 'is not', null)
    .executeTakeFirst();
  return call === undefined ? null : { leadId: call.lead_id, callId };
}

/** Events whose facts are merged, and of which nobody was notified; with their call, the oldest first. */
export async function unsignalledEvents(db: Db, { before, limit }: { before: Date; limit: number }) {
  return await db
    .selectFrom('webhook_events')
    .leftJoin('calls', 'calls.id', 'webhook_events.call_id')
    .select([
      'webhook_events.id',
      'provider',
      'payload',
      'calls.id as call_id',
      'calls.lead_id',
      'calls.attempt',
      'calls.status',
    ])
    .where('merged_at', 'is not', null)
    .where('signalled_at', 'is', null)
    .where('received_at', '<', before)
    .orderBy('received_at')
    .limit(limit)
    .execute();
}

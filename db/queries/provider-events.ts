import { sql } from 'kysely';
import type { CallStatus } from '#domain/call.ts';
import type { ProviderName } from '#domain/conversation.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';

/** An incoming webhook, whose sender was verified. */
interface NewProviderEvent {
  provider: ProviderName;
  /** The same in every redelivery. */
  dedupKey: string;
  type: string;
  conversationId: string | null;
  payload: object;
  now: Date;
  /** Its facts are merged by the same transaction, and nobody waits for them. */
  settled?: boolean;
}

export interface StoredEvent {
  id: number;
  /** False when it was delivered before. */
  isNew: boolean;
  callId: string | null;
  mergedAt: Date | null;
  notifiedAt: Date | null;
}

/** Stores an event; a redelivery is only counted. */
export async function storeProviderEvent(tx: Tx, event: NewProviderEvent): Promise<StoredEvent> {
  const [stored] = await storeProviderEvents(tx, [event]);
  if (stored === undefined) throw new Error('An event was not stored.');
  return stored;
}

/** As `storeProviderEvent` for several of different keys, in their order; rows are written in one order for everybody. */
export async function storeProviderEvents(
  tx: Tx,
  events: readonly NewProviderEvent[],
): Promise<StoredEvent[]> {
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
        notifiedAt: row.signalled_at,
      },
    ];
  });
}

/** That an event's facts are in its call, or that it has none. `notified`: nobody waits for them. */
export interface MergedMark {
  id: number;
  callId: string | null;
  notified: boolean;
}

export async function markMerged(tx: Tx, marks: readonly MergedMark[], now: Date): Promise<void> {
  if (marks.length === 0) return;
  await sql`
    update webhook_events as event
    set merged_at = ${now}, call_id = mark."callId",
      signalled_at = case when mark.notified then ${now}::timestamptz else event.signalled_at end
    from jsonb_to_recordset(${toJson(marks)}::jsonb) as mark (id bigint, "callId" text, notified boolean)
    where event.id = mark.id`.execute(tx);
}

/** That everybody who waited for these events was notified. */
export async function markNotified(db: Db, ids: readonly number[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('webhook_events')
    .set({ signalled_at: now })
    .where('id', 'in', ids)
    .where('signalled_at', 'is', null)
    .execute();
}

/** Stored events of a conversation that no call was known for, in their order. */
export async function listUnmerged(
  tx: Tx,
  conversationId: string,
): Promise<{ id: number; payload: Record<string, unknown> }[]> {
  return await tx
    .selectFrom('webhook_events')
    .select(['id', 'payload'])
    .where('conversation_id', '=', conversationId)
    .where('merged_at', 'is', null)
    .orderBy('id')
    .execute();
}

/** A merged event of which not everybody was notified, and its call. */
export interface PendingEvent {
  id: number;
  provider: ProviderName;
  payload: Record<string, unknown>;
  callId: string | null;
  leadId: string | null;
  /** Null for a call that was not dialled here. */
  attempt: number | null;
  status: CallStatus | null;
}

/** Received before an instant, in the order of their ids. */
export async function listPending(
  db: Db,
  { before, after, limit }: { before: Date; after: number | null; limit: number },
): Promise<PendingEvent[]> {
  let query = db
    .selectFrom('webhook_events')
    .leftJoin('calls', 'calls.id', 'webhook_events.call_id')
    .select([
      'webhook_events.id',
      'provider',
      'payload',
      'calls.id as callId',
      'calls.lead_id as leadId',
      'calls.attempt',
      'calls.status',
    ])
    .where('merged_at', 'is not', null)
    .where('signalled_at', 'is', null)
    .where('received_at', '<', before);
  if (after !== null) query = query.where('webhook_events.id', '>', after);
  return await query.orderBy('webhook_events.id').limit(limit).execute();
}

/** A call that was dialled here and has ended: a workflow waits for that. Null when it is another call. */
export async function findEndedDial(
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

import { type RawBuilder, type Selectable, sql } from 'kysely';
import { EVERY_TYPE, type EventType, isOutbound } from '#domain/events.ts';
import { toJson } from '../json.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { EventsTable } from '../schema/events.ts';

export interface NewEvent {
  type: EventType;
  campaignId?: string | null;
  leadId?: string | null;
  callId?: string | null;
  messageId?: string | null;
  followUpId?: string | null;
  deliveryId?: string | null;
  data?: Record<string, unknown>;
}

const appended = new WeakMap<Tx, NewEvent[]>();

/** Gives a transaction its list of events. `inTransaction` calls it, and `writeEvents` at the end. */
export function collectEvents(tx: Tx): void {
  appended.set(tx, []);
}

/**
 * Appends to the log that timelines and the stream read. Ids, codes and instants only in `data`: no number, name or
 * transcript, and nobody's words, which stand in the rows that the event names. Written as the last thing of the
 * transaction, because from then on no other may write events.
 *
 * @throws Error outside of `inTransaction`
 */
export async function appendEvent(tx: Tx, event: NewEvent): Promise<void> {
  const events = appended.get(tx);
  if (events === undefined) throw new Error('Events are appended inside of inTransaction only.');
  events.push(event);
}

/** Writes what was appended, in one statement. The log's numbers are in the order of the commits. */
export async function writeEvents(tx: Tx): Promise<void> {
  const events = appended.get(tx) ?? [];
  appended.delete(tx);
  if (events.length === 0) return;
  const rows = events.map((event) => ({
    type: event.type,
    campaign_id: event.campaignId ?? null,
    lead_id: event.leadId ?? null,
    call_id: event.callId ?? null,
    message_id: event.messageId ?? null,
    follow_up_id: event.followUpId ?? null,
    delivery_id: event.deliveryId ?? null,
    data: event.data ?? {},
  }));
  const written = sql`
    insert into events (type, campaign_id, lead_id, call_id, message_id, follow_up_id, delivery_id, data)
    select type, campaign_id, lead_id, call_id, message_id, follow_up_id, delivery_id, data
    from jsonb_to_recordset(${toJson(rows)}::jsonb) as new
      (type text, campaign_id uuid, lead_id uuid, call_id text, message_id uuid, follow_up_id uuid,
       delivery_id uuid, data jsonb)`;
  const outbound = [...new Set(events.map(({ type }) => type).filter(isOutbound))];
  // The same statement makes the deliveries: an event without them, or they without it, cannot be.
  await (outbound.length === 0 ? written : withDeliveries(written, outbound)).execute(tx);
}

/** One delivery for each endpoint that subscribes to the event; nothing where there is none. */
function withDeliveries(written: RawBuilder<unknown>, types: string[]): RawBuilder<unknown> {
  return sql`
    with written as (${written} returning id, type, campaign_id, lead_id)
    insert into deliveries (id, endpoint_id, event_id, event_type, lead_id)
    select gen_random_uuid(), endpoint.id, written.id, written.type, leads.id
    from written
    join webhook_endpoints as endpoint on endpoint.deleted_at is null and endpoint.disabled_at is null
      and (endpoint.campaign_id is null or endpoint.campaign_id = written.campaign_id)
      and (written.type = any(endpoint.event_types) or ${EVERY_TYPE} = any(endpoint.event_types))
    left join leads on leads.id = written.lead_id
    where written.type = any(${types}::text[])`;
}

export type LoggedEvent = Selectable<EventsTable>;

/** What of the log is wanted; everything when left out. */
export interface EventFilter {
  campaignId?: string | undefined;
  leadId?: string | undefined;
}

/**
 * Events with numbers above `after` and up to `upTo`, in order. Since numbers are given in the order of the
 * commits, none can turn up later below one that was read.
 */
export async function readEvents(
  db: Db,
  { after, upTo, limit, campaignId, leadId }: EventFilter & { after: number; upTo?: number; limit: number },
): Promise<LoggedEvent[]> {
  let query = db.selectFrom('events').selectAll().where('id', '>', after);
  if (upTo !== undefined) query = query.where('id', '<=', upTo);
  if (leadId !== undefined) query = query.where('lead_id', '=', leadId);
  if (campaignId !== undefined) query = query.where('campaign_id', '=', campaignId);
  return await query.orderBy('id').limit(limit).execute();
}

/** Whether the log has an event of this type about a message. */
export async function hasEvent(
  db: Db,
  { type, messageId }: { type: EventType; messageId: string },
): Promise<boolean> {
  const found = await db
    .selectFrom('events')
    .select('id')
    .where('message_id', '=', messageId)
    .where('type', '=', type)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** The number of the newest event; 0 while there is none. */
export async function newestEventId(db: Db): Promise<number> {
  const newest = await db.selectFrom('events').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return newest?.id ?? 0;
}

/** @throws Error when there is none */
export async function readEvent(db: Db, id: number): Promise<LoggedEvent> {
  return await db.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

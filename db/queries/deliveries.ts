import { type Selectable, sql } from 'kysely';
import { EVERY_TYPE, FOLLOW_UP_DUE, OUTBOUND_EVENT_TYPES } from '#domain/events.ts';
import type { Db, Tx } from '../client.ts';
import type { DeliveriesTable, DeliveryAttemptsTable } from '../schema/deliveries.ts';

export type Delivery = Selectable<DeliveriesTable>;
export type DeliveryAttempt = Selectable<DeliveryAttemptsTable>;
export type DeliveryStatus = Delivery['status'];

/** Null when there is none. */
export async function findDelivery(db: Db | Tx, id: string): Promise<Delivery | null> {
  return (await db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** In their order. */
export async function listAttempts(db: Db, deliveryId: string, limit: number): Promise<DeliveryAttempt[]> {
  return await db
    .selectFrom('delivery_attempts')
    .selectAll()
    .where('delivery_id', '=', deliveryId)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Of one endpoint, latest first; one row more than `limit`, where there is one. */
export async function listDeliveries(
  db: Db,
  filter: { endpointId: string; status?: DeliveryStatus | undefined },
  page: { before: { createdAt: Date; id: string } | null; limit: number },
): Promise<Delivery[]> {
  let query = db.selectFrom('deliveries').selectAll().where('endpoint_id', '=', filter.endpointId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (page.before !== null) {
    const { createdAt, id } = page.before;
    query = query.where(sql<boolean>`(created_at, id) < (${createdAt}::timestamptz, ${id}::uuid)`);
  }
  return await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

/**
 * What a follow-up rule sends, to the one endpoint that it names. Its id is the caller's, so that doing it again
 * makes no second one. False when that endpoint is disabled, removed or of another campaign.
 */
export async function insertFollowUpDelivery(
  tx: Tx,
  delivery: {
    id: string;
    endpointId: string;
    followUpId: string;
    campaignId: string;
    leadId: string;
    now: Date;
  },
): Promise<boolean> {
  const endpoint = await tx
    .selectFrom('webhook_endpoints')
    .select('id')
    .where('id', '=', delivery.endpointId)
    .where('deleted_at', 'is', null)
    .where('disabled_at', 'is', null)
    .where((where) =>
      where.or([where('campaign_id', 'is', null), where('campaign_id', '=', delivery.campaignId)]),
    )
    .executeTakeFirst();
  if (endpoint === undefined) return false;
  await tx
    .insertInto('deliveries')
    .values({
      id: delivery.id,
      endpoint_id: delivery.endpointId,
      follow_up_id: delivery.followUpId,
      event_type: FOLLOW_UP_DUE,
      lead_id: delivery.leadId,
      next_attempt_at: delivery.now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  return true;
}

/** Deliveries that no workflow was started for, oldest first. */
export async function listUnstarted(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select('id')
    .where('status', '=', 'pending')
    .where('workflow_started_at', 'is', null)
    .orderBy('created_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

export async function markStarted(db: Db, ids: string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('deliveries')
    .set({ workflow_started_at: now })
    .where('id', 'in', ids)
    .where('workflow_started_at', 'is', null)
    .execute();
}

/** Started deliveries whose next attempt should have been made before `before`: their workflow may be lost. */
export async function listOverdue(db: Db, before: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select('id')
    .where('status', '=', 'pending')
    .where('workflow_started_at', 'is not', null)
    .where('next_attempt_at', '<', before)
    .orderBy('next_attempt_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

const again = (now: Date) => ({
  status: 'pending' as const,
  attempts: 0,
  next_attempt_at: now,
  workflow_started_at: null,
  delivered_at: null,
});

/** Sends it at once, and the whole schedule anew if that fails, under the id that the receiver knows. Null: there is none. */
export async function resend(tx: Tx, id: string, now: Date): Promise<Delivery | null> {
  const delivery = await tx
    .updateTable('deliveries')
    .set(again(now))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return delivery ?? null;
}

export interface ReplayRange {
  endpointId: string;
  from: Date;
  to: Date;
  now: Date;
}

/** How many events of the time an endpoint subscribes to now, counted up to `most`. */
export async function countReplayable(tx: Tx, range: ReplayRange, most: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select ${replayed(range)} limit ${most}) as found`.execute(tx);
  return rows[0]?.count ?? 0;
}

/**
 * Sends all of them again: those sent before under their old id, those that were missed under a new one.
 * Returns how many.
 */
export async function replayEvents(tx: Tx, range: ReplayRange): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with wanted as (select ${replayed(range)}),
    resent as (
      update deliveries set status = 'pending', attempts = 0, next_attempt_at = ${range.now},
        workflow_started_at = null, delivered_at = null
      from wanted where deliveries.event_id = wanted.id and deliveries.endpoint_id = ${range.endpointId}
      returning deliveries.event_id),
    added as (
      insert into deliveries (id, endpoint_id, event_id, event_type, lead_id, next_attempt_at)
      select gen_random_uuid(), ${range.endpointId}::uuid, wanted.id, wanted.type, leads.id, ${range.now}::timestamptz
      from wanted left join leads on leads.id = wanted.lead_id
      where not exists (select from deliveries as known
        where known.event_id = wanted.id and known.endpoint_id = ${range.endpointId})
      returning event_id)
    select (select count(*) from resent) + (select count(*) from added) as count`.execute(tx);
  return rows[0]?.count ?? 0;
}

function replayed({ endpointId, from, to }: ReplayRange) {
  return sql`events.id, events.type, events.lead_id
    from events join webhook_endpoints as endpoint on endpoint.id = ${endpointId}
      and (endpoint.campaign_id is null or endpoint.campaign_id = events.campaign_id)
      and (events.type = any(endpoint.event_types) or ${EVERY_TYPE} = any(endpoint.event_types))
    where events.at >= ${from} and events.at < ${to} and events.type = any(${[...OUTBOUND_EVENT_TYPES]}::text[])`;
}

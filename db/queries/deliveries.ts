import { type Selectable, sql } from 'kysely';
import { EVERY_TYPE, FOLLOW_UP_DUE, OUTBOUND_EVENT_TYPES } from '#domain/events.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { DeliveriesTable, DeliveryAttemptsTable, WebhookEndpointsTable } from '../schema/deliveries.ts';

/** Where outbound webhooks go. */
export type Endpoint = Selectable<WebhookEndpointsTable>;
/** One event, or one follow-up, for one endpoint. */
export type Delivery = Selectable<DeliveriesTable>;
export type DeliveryAttempt = Selectable<DeliveryAttemptsTable>;
export type DeliveryStatus = Delivery['status'];

export interface NewEndpoint {
  id: string;
  url: string;
  description: string | null;
  eventTypes: string[];
  campaignId: string | null;
  secret: string;
  now: Date;
}

export async function insertEndpoint(tx: Tx, endpoint: NewEndpoint): Promise<Endpoint> {
  return await tx
    .insertInto('webhook_endpoints')
    .values({
      id: endpoint.id,
      url: endpoint.url,
      description: endpoint.description,
      event_types: endpoint.eventTypes,
      campaign_id: endpoint.campaignId,
      secrets: [endpoint.secret],
      created_at: endpoint.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Null when there is none, or no longer. */
export async function findEndpoint(db: Db | Tx, id: string): Promise<Endpoint | null> {
  const endpoint = await db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return endpoint ?? null;
}

/** Newest first; one row more than `limit`, where there is one. */
export async function listEndpoints(
  db: Db,
  page: { before: string | null; limit: number },
): Promise<Endpoint[]> {
  let query = db.selectFrom('webhook_endpoints').selectAll().where('deleted_at', 'is', null);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

/** Null when there is none, or no longer. */
export async function updateEndpoint(
  tx: Tx,
  id: string,
  change: Partial<Omit<Endpoint, 'id' | 'created_at'>>,
): Promise<Endpoint | null> {
  const endpoint = await tx
    .updateTable('webhook_endpoints')
    .set(change)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return endpoint ?? null;
}

/** Puts a secret before the others, of which the latest `kept` stay. Null when there is no such endpoint. */
export async function prependSecret(
  tx: Tx,
  id: string,
  { secret, oldUntil, kept }: { secret: string; oldUntil: Date | null; kept: number },
): Promise<Endpoint | null> {
  const endpoint = await tx
    .updateTable('webhook_endpoints')
    .set({
      secrets: sql`array_prepend(${secret}::text, secrets[1:${kept}::int])`,
      old_secrets_until: oldUntil,
    })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return endpoint ?? null;
}

/** Null when there is none, or it is disabled already. */
export async function markDisabled(
  tx: Tx,
  id: string,
  { reason, now }: { reason: string; now: Date },
): Promise<Endpoint | null> {
  const endpoint = await tx
    .updateTable('webhook_endpoints')
    .set({ disabled_at: now, disabled_reason: reason })
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return endpoint ?? null;
}

/** Notes that an attempt failed now. Resolves with the instant since which every attempt has failed. */
export async function markFailing(tx: Tx, id: string, now: Date): Promise<Date | null> {
  await tx
    .updateTable('webhook_endpoints')
    .set({ failing_since: now })
    .where('id', '=', id)
    .where('failing_since', 'is', null)
    .execute();
  const endpoint = await tx
    .selectFrom('webhook_endpoints')
    .select('failing_since')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return endpoint.failing_since;
}

export async function clearFailing(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('webhook_endpoints')
    .set({ failing_since: null })
    .where('id', '=', id)
    .where('failing_since', 'is not', null)
    .execute();
}

/** Null when there is none. */
export async function findDelivery(db: Db | Tx, id: string): Promise<Delivery | null> {
  return (await db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
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
export async function listOverdue(
  db: Db,
  { before, after, limit }: { before: Date; after: string | null; limit: number },
): Promise<{ id: string }[]> {
  let query = db
    .selectFrom('deliveries')
    .select('id')
    .where('status', '=', 'pending')
    .where('workflow_started_at', 'is not', null)
    .where('next_attempt_at', '<', before);
  if (after !== null) query = query.where('id', '>', after);
  return await query.orderBy('id').limit(limit).execute();
}

/** Keeps a payload unless there is one. Resolves with the one that is kept. */
export async function keepPayload(
  db: Db,
  deliveryId: string,
  composed: object,
): Promise<Record<string, unknown>> {
  const { payload } = await db
    .updateTable('deliveries')
    .set((eb) => ({
      payload: eb.fn.coalesce('payload', eb.cast<string>(eb.val(toJson(composed)), 'jsonb')) as never,
    }))
    .where('id', '=', deliveryId)
    .returning('payload')
    .executeTakeFirstOrThrow();
  return payload ?? {};
}

/** The log of a delivery's attempts, in their order. */
export async function listAttempts(db: Db, deliveryId: string, limit: number): Promise<DeliveryAttempt[]> {
  return await db
    .selectFrom('delivery_attempts')
    .selectAll()
    .where('delivery_id', '=', deliveryId)
    .orderBy('id')
    .limit(limit)
    .execute();
}

export async function insertAttempt(
  tx: Tx,
  attempt: { deliveryId: string; status: number | null; error: string | null; durationMs: number; now: Date },
): Promise<void> {
  await tx
    .insertInto('delivery_attempts')
    .values({
      delivery_id: attempt.deliveryId,
      status: attempt.status,
      error: attempt.error,
      duration_ms: attempt.durationMs,
      at: attempt.now,
    })
    .execute();
}

/** Counts an attempt on a pending delivery. False when it is no longer as it was read. */
export async function countAttempt(
  tx: Tx,
  { id, attempts }: Pick<Delivery, 'id' | 'attempts'>,
  change: Partial<
    Pick<Delivery, 'status' | 'delivered_at' | 'next_attempt_at' | 'last_status' | 'last_error'>
  >,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('deliveries')
    .set({ attempts: attempts + 1, ...change })
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .where('attempts', '=', attempts)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ends one pending delivery, or all of an endpoint, as failed. */
export async function failPending(
  db: Db | Tx,
  which: { deliveryId: string } | { endpointId: string },
  reason: string,
): Promise<void> {
  const pending = db
    .updateTable('deliveries')
    .set({ status: 'failed', last_error: reason })
    .where('status', '=', 'pending');
  await ('deliveryId' in which
    ? pending.where('id', '=', which.deliveryId)
    : pending.where('endpoint_id', '=', which.endpointId)
  ).execute();
}

/** Makes a delivery due now, with all its attempts before it again, under the id that the receiver knows. Null: there is none. */
export async function resetDelivery(tx: Tx, id: string, now: Date): Promise<Delivery | null> {
  const delivery = await tx
    .updateTable('deliveries')
    .set({
      status: 'pending',
      attempts: 0,
      next_attempt_at: now,
      workflow_started_at: null,
      delivered_at: null,
    })
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
    select count(*) as count from (select ${replayable(range)} limit ${most}) as found`.execute(tx);
  return rows[0]?.count ?? 0;
}

/**
 * Makes them due again: those sent before under their old id, those that were missed under a new one. Returns how
 * many.
 */
export async function resetEvents(tx: Tx, range: ReplayRange): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with wanted as (select ${replayable(range)}),
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

function replayable({ endpointId, from, to }: ReplayRange) {
  return sql`events.id, events.type, events.lead_id
    from events join webhook_endpoints as endpoint on endpoint.id = ${endpointId}
      and (endpoint.campaign_id is null or endpoint.campaign_id = events.campaign_id)
      and (events.type = any(endpoint.event_types) or ${EVERY_TYPE} = any(endpoint.event_types))
    where events.at >= ${from} and events.at < ${to} and events.type = any(${[...OUTBOUND_EVENT_TYPES]}::text[])`;
}

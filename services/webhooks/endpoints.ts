import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { WebhookEndpointsTable } from '#db/schema/deliveries.ts';
import { raiseAttention, settleAttention } from '../attention.ts';

export type Endpoint = Selectable<WebhookEndpointsTable>;

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

export interface EndpointChange {
  url?: string | undefined;
  description?: string | null | undefined;
  eventTypes?: string[] | undefined;
  campaignId?: string | null | undefined;
}

/** Null when there is none. */
export async function changeEndpoint(tx: Tx, id: string, change: EndpointChange): Promise<Endpoint | null> {
  const { url, description, eventTypes, campaignId } = change;
  const set = {
    ...(url === undefined ? {} : { url }),
    ...(description === undefined ? {} : { description }),
    ...(eventTypes === undefined ? {} : { event_types: eventTypes }),
    ...(campaignId === undefined ? {} : { campaign_id: campaignId }),
  };
  if (Object.keys(set).length === 0) return await findEndpoint(tx, id);
  return await update(tx, id, set);
}

/** Takes it up again, as if it had never failed. What was missed meanwhile is not sent; it can be replayed. */
export async function enableEndpoint(tx: Tx, id: string): Promise<Endpoint | null> {
  const endpoint = await update(tx, id, { disabled_at: null, disabled_reason: null, failing_since: null });
  if (endpoint !== null) {
    await settleAttention(tx, { kind: 'disabled_webhook', subject: id, settlement: 'Enabled again.' });
  }
  return endpoint;
}

/** Puts a new secret before the others, of which the latest `kept` still sign until then. */
export async function rotateSecret(
  tx: Tx,
  id: string,
  { secret, oldUntil, kept }: { secret: string; oldUntil: Date | null; kept: number },
): Promise<Endpoint | null> {
  const endpoint = await tx
    .updateTable('webhook_endpoints')
    .set({
      secrets: sql`array_prepend(${secret}::text, secrets[1:${oldUntil === null ? 0 : kept}::int])`,
      old_secrets_until: oldUntil,
    })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return endpoint ?? null;
}

/** Nothing more is sent to it. By a person (`paused`), or because it is dead, which a person is told of. */
export async function disableEndpoint(
  tx: Tx,
  id: string,
  { reason, now, by }: { reason: string; now: Date; by: 'person' | 'failure' },
): Promise<void> {
  const disabled = await tx
    .updateTable('webhook_endpoints')
    .set({ disabled_at: now, disabled_reason: reason })
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .where('deleted_at', 'is', null)
    .returning('campaign_id')
    .executeTakeFirst();
  if (disabled === undefined) return;
  await giveUpPending(tx, id, 'The endpoint was disabled.');
  const campaignId = disabled.campaign_id;
  if (by === 'failure') {
    await raiseAttention(tx, { kind: 'disabled_webhook', subject: id, campaignId, detail: reason });
  }
  await appendEvent(tx, { type: 'endpoint.disabled', campaignId, data: { endpointId: id, by } });
}

/** False when there is none. Its deliveries stay readable. */
export async function deleteEndpoint(tx: Tx, id: string, now: Date): Promise<boolean> {
  if ((await update(tx, id, { deleted_at: now })) === null) return false;
  await giveUpPending(tx, id, 'The endpoint was removed.');
  await settleAttention(tx, { kind: 'disabled_webhook', subject: id, settlement: 'Removed.' });
  return true;
}

async function update(
  tx: Tx,
  id: string,
  set: Partial<Omit<Endpoint, 'id' | 'created_at'>>,
): Promise<Endpoint | null> {
  const endpoint = await tx
    .updateTable('webhook_endpoints')
    .set(set)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return endpoint ?? null;
}

async function giveUpPending(tx: Tx, endpointId: string, reason: string): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set({ status: 'failed', last_error: reason })
    .where('endpoint_id', '=', endpointId)
    .where('status', '=', 'pending')
    .execute();
}

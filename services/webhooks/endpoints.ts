import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { inTransaction, type Tx } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { findCampaign } from '#db/queries/campaigns.ts';
import {
  type Endpoint,
  failPending,
  findEndpoint,
  insertEndpoint,
  markDisabled,
  prependSecret,
  updateEndpoint,
} from '#db/queries/deliveries.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { Actor } from '#domain/access.ts';
import { raiseAttention, settleAttention } from '../attention.ts';
import type { Context } from '../context.ts';
import { invalid, notFound } from '../errors.ts';

/** Standard Webhooks asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;
/** Old secrets that may sign beside the new one: more are of no use to a receiver who changes over. */
const OLD_SECRETS_KEPT = 2;

/**
 * Subscribes an address to events. The secret is shown this once.
 *
 * @throws ServiceError `invalid-request` for a URL to which nothing may be sent, or a campaign that does not exist
 */
export async function createEndpoint(
  context: Context,
  {
    actor,
    url,
    eventTypes,
    description,
    campaignId,
  }: {
    actor: Actor;
    url: string;
    eventTypes: readonly string[];
    description: string | null;
    campaignId: string | null;
  },
): Promise<{ endpoint: Endpoint; secret: string }> {
  checkUrl(context, url);
  const id = uuid();
  const secret = newSecret();
  const endpoint = await inTransaction(context.db, async (tx) => {
    if (campaignId !== null) await checkCampaign(tx, campaignId);
    await appendAudit(tx, { actor, action: 'webhook.created', subject: id });
    return await insertEndpoint(tx, {
      id,
      url,
      description,
      eventTypes: [...new Set(eventTypes)],
      campaignId,
      secret,
      now: await context.now(),
    });
  });
  return { endpoint, secret };
}

/** What is left out stays as it is. */
export interface EndpointChange {
  url?: string | undefined;
  description?: string | null | undefined;
  eventTypes?: string[] | undefined;
  campaignId?: string | null | undefined;
  /** True takes a disabled one up again. */
  enabled?: boolean | undefined;
}

/** @throws ServiceError `not-found`; `invalid-request` as `createEndpoint` */
export async function changeEndpoint(
  context: Context,
  { actor, id, change }: { actor: Actor; id: string; change: EndpointChange },
): Promise<Endpoint> {
  const { url, description, eventTypes, campaignId, enabled } = change;
  if (url !== undefined) checkUrl(context, url);
  return await inTransaction(context.db, async (tx) => {
    if (campaignId != null) await checkCampaign(tx, campaignId);
    const set = {
      ...(url === undefined ? {} : { url }),
      ...(description === undefined ? {} : { description }),
      ...(eventTypes === undefined ? {} : { event_types: eventTypes }),
      ...(campaignId === undefined ? {} : { campaign_id: campaignId }),
    };
    const changed =
      Object.keys(set).length === 0 ? await findEndpoint(tx, id) : await updateEndpoint(tx, id, set);
    if (changed === null) throw notFound('webhook');
    if (enabled === true) await enableEndpoint(tx, id);
    if (enabled === false) {
      await disableEndpoint(tx, { id, reason: 'Disabled by hand.', by: 'person', now: await context.now() });
    }
    const data = { changed: Object.keys(change) };
    await appendAudit(tx, { actor, action: 'webhook.changed', subject: id, data });
    const endpoint = await findEndpoint(tx, id);
    if (endpoint === null) throw notFound('webhook');
    return endpoint;
  });
}

/** Makes a new secret; for a while the old ones sign as well. @throws ServiceError `not-found` */
export async function rotateSecret(
  context: Context,
  { actor, id, keepOldForSeconds }: { actor: Actor; id: string; keepOldForSeconds: number },
): Promise<{ secret: string; oldSecretUntil: Date | null }> {
  const secret = newSecret();
  const oldUntil =
    keepOldForSeconds === 0 ? null : new Date((await context.now()).getTime() + keepOldForSeconds * 1_000);
  const kept = oldUntil === null ? 0 : OLD_SECRETS_KEPT;
  await inTransaction(context.db, async (tx) => {
    if ((await prependSecret(tx, id, { secret, oldUntil, kept })) === null) throw notFound('webhook');
    await appendAudit(tx, { actor, action: 'webhook.rotated', subject: id, data: { keepOldForSeconds } });
  });
  return { secret, oldSecretUntil: oldUntil };
}

/** Ends a subscription. Its deliveries stay readable; those that are pending are not sent. @throws ServiceError `not-found` */
export async function removeEndpoint(
  { db, now }: Pick<Context, 'db' | 'now'>,
  { actor, id }: { actor: Actor; id: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    if ((await updateEndpoint(tx, id, { deleted_at: await now() })) === null) throw notFound('webhook');
    await failPending(tx, { endpointId: id }, 'The endpoint was removed.');
    await settleAttention(tx, { kind: 'disabled_webhook', subject: id, settlement: 'Removed.' });
    await appendAudit(tx, { actor, action: 'webhook.removed', subject: id });
  });
}

/** As if it had never failed. What was missed meanwhile is not sent; it can be replayed. */
async function enableEndpoint(tx: Tx, id: string): Promise<void> {
  const enabled = { disabled_at: null, disabled_reason: null, failing_since: null };
  if ((await updateEndpoint(tx, id, enabled)) === null) return;
  await settleAttention(tx, { kind: 'disabled_webhook', subject: id, settlement: 'Enabled again.' });
}

/** Nothing more is sent to it: because a person wants it, or because it is dead, which is brought to a person's attention. */
export async function disableEndpoint(
  tx: Tx,
  { id, reason, by, now }: { id: string; reason: string; by: 'person' | 'failure'; now: Date },
): Promise<void> {
  const disabled = await markDisabled(tx, id, { reason, now });
  if (disabled === null) return;
  await failPending(tx, { endpointId: id }, 'The endpoint was disabled.');
  const campaignId = disabled.campaign_id;
  if (by === 'failure') {
    await raiseAttention(tx, { kind: 'disabled_webhook', subject: id, campaignId, detail: reason });
  }
  await appendEvent(tx, { type: 'endpoint.disabled', campaignId, data: { endpointId: id, by } });
}

function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

function checkUrl({ webhookSender }: Pick<Context, 'webhookSender'>, url: string): void {
  const problem = webhookSender.urlProblem(url);
  if (problem !== null) throw invalid([{ path: 'url', message: problem }]);
}

async function checkCampaign(tx: Tx, campaignId: string): Promise<void> {
  if ((await findCampaign(tx, campaignId)) === null) {
    throw invalid([{ path: 'campaignId', message: 'is not a campaign' }]);
  }
}

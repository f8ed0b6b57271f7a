import { inTransaction, type Tx } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import {
  clearFailing,
  countAttempt,
  countReplayable,
  type Delivery,
  type Endpoint,
  failPending,
  findDelivery,
  findEndpoint,
  insertAttempt,
  keepPayload,
  listOverdue,
  markFailing,
  resetDelivery,
  resetEvents,
} from '#db/queries/deliveries.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { Actor } from '#domain/access.ts';
import {
  type AfterAttempt,
  type AttemptOutcome,
  activeSecrets,
  afterAttempt,
  DELIVERY_DELAYS_MS,
  isDead,
} from '#domain/delivery.ts';
import type { OutboundAnswer } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { invalid, notFound, wrongState } from '../errors.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';
import { disableEndpoint } from './endpoints.ts';
import { composePayload } from './payload.ts';

/** What the workflow does next. */
export type DeliveryStep = { next: 'end' } | { next: 'wait'; delayMs: number };

/** A slow receiver holds no more places of a worker than this: the others are for dials. */
const CONCURRENT_PER_ENDPOINT = 20;
const BUSY_MS = 5_000;
/** A workflow that makes an attempt so late may be lost. */
const OVERDUE_MS = 60_000;
const BATCH = 200;
export const LONGEST_REPLAY_DAYS = 31;
export const LARGEST_REPLAY = 10_000;

/** Attempts that this process has in flight, by endpoint. */
export type InFlight = Map<string, number>;

/**
 * Makes the next attempt, if it is due; the row alone says when that is, so that an attempt too early or twice sends
 * nothing. A crash between sending and writing sends once more, under the same id.
 */
export async function attemptDelivery(
  context: Context,
  { deliveryId, inFlight }: { deliveryId: string; inFlight: InFlight },
): Promise<DeliveryStep> {
  const delivery = await findDelivery(context.db, deliveryId);
  if (delivery === null || delivery.status !== 'pending') return { next: 'end' };
  const endpoint = await findEndpoint(context.db, delivery.endpoint_id);
  if (endpoint === null || endpoint.disabled_at !== null) {
    await failPending(context.db, { deliveryId }, 'The endpoint is disabled or removed.');
    return { next: 'end' };
  }
  const now = await context.now();
  const earlyMs = delivery.next_attempt_at.getTime() - now.getTime();
  if (earlyMs > 0) return { next: 'wait', delayMs: earlyMs };
  const others = inFlight.get(endpoint.id) ?? 0;
  if (others >= CONCURRENT_PER_ENDPOINT) return { next: 'wait', delayMs: BUSY_MS * (0.5 + Math.random()) };
  inFlight.set(endpoint.id, others + 1);
  try {
    return await attempt(context, { delivery, endpoint, now });
  } finally {
    const left = (inFlight.get(endpoint.id) ?? 1) - 1;
    if (left === 0) inFlight.delete(endpoint.id);
    else inFlight.set(endpoint.id, left);
  }
}

async function attempt(
  context: Context,
  { delivery, endpoint, now }: { delivery: Delivery; endpoint: Endpoint; now: Date },
): Promise<DeliveryStep> {
  // Composed once and read back, so that every attempt sends the same bytes.
  const payload =
    delivery.payload ??
    (await keepPayload(context.db, delivery.id, await composePayload(context.db, delivery)));
  const secrets = activeSecrets(
    { secrets: endpoint.secrets, oldSecretsUntil: endpoint.old_secrets_until },
    now,
  );
  const sentAtMs = performance.now();
  const answer = await context.webhookSender.send({
    url: endpoint.url,
    id: delivery.id,
    body: JSON.stringify(payload),
    secrets,
    at: now,
  });
  const durationMs = Math.round(performance.now() - sentAtMs);
  const outcome = outcomeOf(answer);
  const after = afterAttempt(outcome, {
    attempts: delivery.attempts + 1,
    chance: Math.random(),
    delaysMs: context.timeouts.deliveryDelaysMs ?? DELIVERY_DELAYS_MS,
  });
  const campaignId = campaignOf(payload);
  const doneAt = await context.now();
  await inTransaction(context.db, (tx) =>
    recordAttempt(tx, { delivery, campaignId, outcome, durationMs, after, now: doneAt }),
  );
  return after.next === 'retry' ? { next: 'wait', delayMs: after.delayMs } : { next: 'end' };
}

function outcomeOf(answer: OutboundAnswer): AttemptOutcome {
  switch (answer.kind) {
    case 'answered': {
      const { status, retryAfterMs } = answer;
      const redirected = status >= 300 && status < 400;
      return { status, retryAfterMs, error: redirected ? 'Redirects are not followed.' : null };
    }
    case 'blocked':
      return { status: null, error: `Blocked: ${answer.reason}`, retryAfterMs: null };
    case 'unanswered':
      return { status: null, error: answer.reason, retryAfterMs: null };
  }
}

function campaignOf(payload: Record<string, unknown>): string | null {
  const data = payload.data as { campaignId?: string | null } | undefined;
  return data?.campaignId ?? null;
}

interface MadeAttempt {
  delivery: Delivery;
  campaignId: string | null;
  outcome: AttemptOutcome;
  durationMs: number;
  after: AfterAttempt;
  now: Date;
}

/** Writes down an attempt, what follows it, and what it says about the endpoint. */
async function recordAttempt(tx: Tx, made: MadeAttempt): Promise<void> {
  const { delivery, outcome, durationMs, after, now } = made;
  const { status, error } = outcome;
  await insertAttempt(tx, { deliveryId: delivery.id, status, error, durationMs, now });
  const isCurrent = await countAttempt(tx, delivery, {
    last_status: status,
    last_error: error,
    ...changeBy(after, now),
  });
  await judgeEndpoint(tx, made);
  // Somebody had it sent again meanwhile: that run says how it ends.
  if (!isCurrent || after.next === 'retry') return;
  await appendEvent(tx, {
    type: after.next === 'delivered' ? 'delivery.delivered' : 'delivery.failed',
    campaignId: made.campaignId,
    leadId: delivery.lead_id,
    followUpId: delivery.follow_up_id,
    deliveryId: delivery.id,
    data: { endpointId: delivery.endpoint_id, of: delivery.event_type, status },
  });
}

function changeBy(after: AfterAttempt, now: Date) {
  switch (after.next) {
    case 'delivered':
      return { status: 'delivered' as const, delivered_at: now };
    case 'failed':
      return { status: 'failed' as const };
    case 'retry':
      return { next_attempt_at: new Date(now.getTime() + after.delayMs) };
  }
}

async function judgeEndpoint(tx: Tx, { delivery, after, now }: MadeAttempt): Promise<void> {
  const id = delivery.endpoint_id;
  if (after.next === 'delivered') {
    await clearFailing(tx, id);
    return;
  }
  const failingSince = await markFailing(tx, id, now);
  if (after.next === 'failed' && after.because === 'gone') {
    const reason = 'It answered 410: it is gone for good.';
    await disableEndpoint(tx, { id, reason, by: 'failure', now });
  } else if (failingSince !== null && isDead(failingSince, now)) {
    await disableEndpoint(tx, { id, reason: 'It took nothing for three days.', by: 'failure', now });
  }
}

/**
 * Sends a delivery now, and with the whole schedule anew if that fails, under the id that its receiver knows.
 *
 * @throws ServiceError `not-found`, or `wrong-state` when its endpoint is disabled or removed
 */
export async function retryDelivery(
  context: Context,
  { actor, id }: { actor: Actor; id: string },
): Promise<Delivery> {
  const delivery = await inTransaction(context.db, async (tx) => {
    const reset = await resetDelivery(tx, id, await context.now());
    if (reset === null) throw notFound('delivery');
    const endpoint = await findEndpoint(tx, reset.endpoint_id);
    if (endpoint === null || endpoint.disabled_at !== null) {
      throw wrongState('Its webhook is disabled or removed.');
    }
    await appendAudit(tx, { actor, action: 'delivery.retried', subject: id });
    return reset;
  });
  // When Temporal does not answer, the dispatcher finds it in the database.
  await context.workflows.startDelivery(id);
  return delivery;
}

/**
 * Sends every event of a time again, also what was missed while the endpoint was disabled. Returns how many.
 *
 * @throws ServiceError `invalid-request` for a time that is too long or has too many events, `not-found`, or
 * `wrong-state` while it is disabled
 */
export async function replayDeliveries(
  { db, now }: Pick<Context, 'db' | 'now'>,
  { actor, endpointId, from, to }: { actor: Actor; endpointId: string; from: Date; to: Date },
): Promise<number> {
  if (to <= from) throw invalid([{ path: 'to', message: 'must be after from' }]);
  if (to.getTime() - from.getTime() > LONGEST_REPLAY_DAYS * 86_400_000) {
    throw invalid([{ path: 'to', message: `must be within ${LONGEST_REPLAY_DAYS} days of from` }]);
  }
  const range = { endpointId, from, to, now: await now() };
  return await inTransaction(db, async (tx) => {
    const endpoint = await findEndpoint(tx, endpointId);
    if (endpoint === null) throw notFound('webhook');
    if (endpoint.disabled_at !== null) throw wrongState('The webhook is disabled.');
    if ((await countReplayable(tx, range, LARGEST_REPLAY + 1)) > LARGEST_REPLAY) {
      throw invalid([{ path: 'to', message: `spans more than ${LARGEST_REPLAY} events` }]);
    }
    const count = await resetEvents(tx, range);
    const data = { from: from.toISOString(), to: to.toISOString(), count };
    await appendAudit(tx, { actor, action: 'webhook.replayed', subject: endpointId, data });
    return count;
  });
}

/** Deliveries whose workflow was lost, or slept through. Returns how many. */
export async function restartDeliveries(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  run: PartRun,
): Promise<number> {
  const before = new Date(run.now.getTime() - OVERDUE_MS);
  return await run.throughPages(
    {
      pageSize: BATCH,
      name: ({ id }: { id: string }) => `delivery ${id}`,
      read: (after) => listOverdue(db, { before, after: after?.id ?? null, limit: BATCH }),
    },
    async ({ id }) => {
      await reached(workflows.startDelivery(id));
      return true;
    },
  );
}

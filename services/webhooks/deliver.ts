import { type Db, inTransaction } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { type Delivery, findDelivery, listOverdue } from '#db/queries/deliveries.ts';
import { type AttemptOutcome, activeSecrets, afterAttempt, DELIVERY_DELAYS_MS } from '#domain/delivery.ts';
import type { OutboundAnswer } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { reached } from '../workflows.ts';
import { recordAttempt } from './delivery-attempts.ts';
import { type Endpoint, findEndpoint } from './endpoints.ts';
import { composePayload } from './payload.ts';

/** What the workflow does next. */
export type DeliveryStep = { next: 'end' } | { next: 'wait'; delayMs: number };

/** A slow receiver holds no more places than this: the worker's others are for dials. */
const AT_ONCE_PER_ENDPOINT = 20;
const BUSY_MS = 5_000;
const OVERDUE_MS = 60_000;
const BATCH = 200;

export function createDelivering(context: Context) {
  const busy = new Map<string, number>();
  return {
    /**
     * Makes the next attempt, if it is due; the row alone says when that is, so that being called too early or
     * twice sends nothing. A crash between sending and writing sends once more, under the same id.
     */
    async attemptDelivery({ deliveryId }: { deliveryId: string }): Promise<DeliveryStep> {
      const delivery = await findDelivery(context.db, deliveryId);
      if (delivery === null || delivery.status !== 'pending') return { next: 'end' };
      const endpoint = await findEndpoint(context.db, delivery.endpoint_id);
      if (endpoint === null || endpoint.disabled_at !== null) {
        await giveUp(context.db, deliveryId);
        return { next: 'end' };
      }
      const now = await context.now();
      const early = delivery.next_attempt_at.getTime() - now.getTime();
      if (early > 0) return { next: 'wait', delayMs: early };
      const underWay = busy.get(endpoint.id) ?? 0;
      if (underWay >= AT_ONCE_PER_ENDPOINT) return { next: 'wait', delayMs: BUSY_MS * (0.5 + Math.random()) };
      busy.set(endpoint.id, underWay + 1);
      try {
        return await attempt(context, { delivery, endpoint, now });
      } finally {
        const left = (busy.get(endpoint.id) ?? 1) - 1;
        if (left === 0) busy.delete(endpoint.id);
        else busy.set(endpoint.id, left);
      }
    },
  };
}

async function attempt(
  context: Context,
  { delivery, endpoint, now }: { delivery: Delivery; endpoint: Endpoint; now: Date },
): Promise<DeliveryStep> {
  const payload = delivery.payload ?? (await keepPayload(context.db, delivery));
  const secrets = activeSecrets(
    { secrets: endpoint.secrets, oldSecretsUntil: endpoint.old_secrets_until },
    now,
  );
  const sentAt = performance.now();
  const answer = await context.webhookSender.send({
    url: endpoint.url,
    id: delivery.id,
    body: JSON.stringify(payload),
    secrets,
    at: now,
  });
  const durationMs = Math.round(performance.now() - sentAt);
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

/** Composed once and read back, so that every attempt sends the same bytes. */
async function keepPayload(db: Db, delivery: Delivery): Promise<Record<string, unknown>> {
  const composed = toJson(await composePayload(db, delivery));
  const { payload } = await db
    .updateTable('deliveries')
    .set((eb) => ({
      payload: eb.fn.coalesce('payload', eb.cast<string>(eb.val(composed), 'jsonb')) as never,
    }))
    .where('id', '=', delivery.id)
    .returning('payload')
    .executeTakeFirstOrThrow();
  return payload ?? {};
}

async function giveUp(db: Db, deliveryId: string): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ status: 'failed', last_error: 'The endpoint is disabled or removed.' })
    .where('id', '=', deliveryId)
    .where('status', '=', 'pending')
    .execute();
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

/** Deliveries whose workflow was lost, or slept through. Returns how many. */
export async function restartDeliveries(context: Context, now: Date): Promise<number> {
  const overdue = await listOverdue(context.db, new Date(now.getTime() - OVERDUE_MS), BATCH);
  for (const id of overdue) {
    context.heartbeat();
    await reached(context.workflows.startDelivery(id));
  }
  return overdue.length;
}

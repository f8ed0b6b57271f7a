import type { Tx } from '#db/client.ts';
import type { Delivery } from '#db/queries/deliveries.ts';
import { appendEvent } from '#db/queries/events.ts';
import { type AfterAttempt, type AttemptOutcome, isDead } from '#domain/delivery.ts';
import { disableEndpoint } from './endpoints.ts';

export interface MadeAttempt {
  delivery: Pick<Delivery, 'id' | 'endpoint_id' | 'attempts' | 'lead_id' | 'follow_up_id' | 'event_type'>;
  campaignId: string | null;
  outcome: AttemptOutcome;
  durationMs: number;
  after: AfterAttempt;
  now: Date;
}

/** Writes down an attempt, what follows it, and what it says about the endpoint. */
export async function recordAttempt(tx: Tx, made: MadeAttempt): Promise<void> {
  const { delivery, outcome, durationMs, after, now } = made;
  await tx
    .insertInto('delivery_attempts')
    .values({
      delivery_id: delivery.id,
      status: outcome.status,
      error: outcome.error,
      duration_ms: durationMs,
      at: now,
    })
    .execute();
  const { numUpdatedRows } = await tx
    .updateTable('deliveries')
    .set({
      attempts: delivery.attempts + 1,
      last_status: outcome.status,
      last_error: outcome.error,
      ...following(after, now),
    })
    .where('id', '=', delivery.id)
    .where('status', '=', 'pending')
    .where('attempts', '=', delivery.attempts)
    .executeTakeFirst();
  await judgeEndpoint(tx, made);
  // Somebody had it sent anew meanwhile: that run says how it ends.
  if (numUpdatedRows === 0n || after.next === 'retry') return;
  await appendEvent(tx, {
    type: after.next === 'delivered' ? 'delivery.delivered' : 'delivery.failed',
    campaignId: made.campaignId,
    leadId: delivery.lead_id,
    followUpId: delivery.follow_up_id,
    deliveryId: delivery.id,
    data: { endpointId: delivery.endpoint_id, of: delivery.event_type, status: outcome.status },
  });
}

function following(after: AfterAttempt, now: Date) {
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
    await tx
      .updateTable('webhook_endpoints')
      .set({ failing_since: null })
      .where('id', '=', id)
      .where('failing_since', 'is not', null)
      .execute();
    return;
  }
  await tx
    .updateTable('webhook_endpoints')
    .set({ failing_since: now })
    .where('id', '=', id)
    .where('failing_since', 'is', null)
    .execute();
  if (after.next === 'failed' && after.because === 'gone') {
    await disableEndpoint(tx, id, { reason: 'It answered 410: it is gone for good.', now, by: 'failure' });
    return;
  }
  const { failing_since } = await tx
    .selectFrom('webhook_endpoints')
    .select('failing_since')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (failing_since !== null && isDead(failing_since, now)) {
    await disableEndpoint(tx, id, { reason: 'It took nothing for three days.', now, by: 'failure' });
  }
}

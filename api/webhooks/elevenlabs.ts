import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { inTransaction, type Tx } from '../../db/client.ts';
import { raiseAttention } from '../../db/queries/attention.ts';
import { mergeFacts } from '../../db/queries/facts.ts';
import { lockConversation } from '../../db/queries/locks.ts';
import { findCallToTell, markMerged, markSignalled, storeWebhookEvent } from '../../db/queries/webhooks.ts';
import { verifyElevenLabsSignature } from '../../providers/elevenlabs/webhook.ts';
import type { Api, ApiDeps } from '../deps.ts';
import { Problem } from '../errors.ts';
import { readBody, WEBHOOK_LIMIT } from '../limits.ts';
import { json, problems } from '../schemas/problem.ts';
import { type Delivery, readDelivery } from './delivery.ts';

const route = createRoute({
  method: 'post',
  path: '/webhooks/elevenlabs',
  tags: ['webhooks'],
  summary: 'Every event of ElevenLabs, signed in the header ElevenLabs-Signature',
  request: {
    body: { required: true, content: { 'application/json': { schema: { type: 'object' as const } } } },
  },
  responses: {
    200: json('Stored', z.object({ received: z.literal(true) }).openapi('WebhookReceived')),
    ...problems(400, 401, 408, 413, 503),
  },
});

export function receiveElevenLabs(app: Api, deps: ApiDeps): void {
  const { config, clock, logger } = deps;
  app.openapi(route, async (c) => {
    const rawBody = await readBody(c.req.raw, WEBHOOK_LIMIT);
    const header = c.req.header('elevenlabs-signature');
    const secrets = config.elevenLabs.webhookSecrets;
    const check = verifyElevenLabsSignature({ rawBody, header, secrets, now: clock() });
    if (!check.ok) {
      logger.warn({ reason: check.reason }, 'webhook refused');
      throw new Problem('invalid-signature', `The signature is ${check.reason}.`);
    }
    const received = await receive(
      deps,
      createHash('sha256').update(rawBody).digest('hex'),
      readDelivery(rawBody),
    );
    if (received.toTell !== null) await tell(deps, received.eventId, received.toTell);
    return c.json({ received: true as const }, 200);
  });
}

interface Received {
  eventId: number;
  /** The lead that waits for this call's end, as long as it was not told. */
  toTell: { leadId: string; callId: string } | null;
}

/** Stores the event and merges its facts, in one transaction: after it, nothing of the event can be lost. */
async function receive(deps: ApiDeps, dedupKey: string, delivery: Delivery): Promise<Received> {
  return await inTransaction(deps.db, async (tx) => {
    const now = deps.clock();
    const { type, conversationId, payload } = delivery;
    if (conversationId !== null) await lockConversation(tx, conversationId);
    const stored = await storeWebhookEvent(tx, { dedupKey, type, conversationId, payload, now });
    if (stored.mergedAt === null) return await merge(deps, tx, stored.id, delivery, now);
    // A repetition is no news, unless the lead was not told the first time.
    const call =
      stored.signalledAt === null && stored.callId !== null ? await findCallToTell(tx, stored.callId) : null;
    return { eventId: stored.id, toTell: call };
  });
}

async function merge(
  deps: ApiDeps,
  tx: Tx,
  eventId: number,
  delivery: Delivery,
  now: Date,
): Promise<Received> {
  const { facts } = delivery;
  if (facts === null && delivery.readable) {
    // Of a kind that says nothing of a call's outcome.
    await markMerged(tx, eventId, { callId: null, signalled: true, now });
    return { eventId, toTell: null };
  }
  const { centsPerCredit } = deps.config.elevenLabs;
  const merged =
    facts === null ? null : await mergeFacts(tx, { facts, source: 'webhook', now, centsPerCredit });
  if (merged === null) {
    await raiseAttention(tx, {
      kind: 'unmatched_webhook',
      subject: String(eventId),
      detail:
        facts === null
          ? `An event of type "${delivery.type}" names no conversation.`
          : `No call is known for the conversation ${facts.conversationId}.`,
    });
    return { eventId, toTell: null };
  }
  const { callId, leadId, ended } = merged;
  const toTell = ended && leadId !== null ? { leadId, callId } : null;
  await markMerged(tx, eventId, { callId, signalled: toTell === null, now });
  return { eventId, toTell };
}

/** Tells the lead's workflow. What fails here is told by the sweep; a workflow that is gone needs no telling. */
async function tell(
  { db, temporal, logger, clock }: ApiDeps,
  eventId: number,
  { leadId, callId }: { leadId: string; callId: string },
): Promise<void> {
  const told = await temporal.callEnded(leadId, callId);
  try {
    if (told.kind === 'done' || told.kind === 'absent') await markSignalled(db, eventId, clock());
    else logger.warn({ callId, answer: told.kind }, 'the lead workflow was not told yet');
  } catch {
    // The facts are committed: the provider must not send them again for this.
    logger.warn({ callId }, 'it was not noted that the lead workflow was told');
  }
}

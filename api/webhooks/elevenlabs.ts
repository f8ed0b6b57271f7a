import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { inTransaction, type Tx } from '../../db/client.ts';
import { mergeOrAdopt } from '../../db/queries/adopt.ts';
import { raiseAttention } from '../../db/queries/attention.ts';
import { lockConversation } from '../../db/queries/locks.ts';
import { noteRecording } from '../../db/queries/recordings.ts';
import { findCallToTell, markMerged, markSignalled, storeWebhookEvent } from '../../db/queries/webhooks.ts';
import { verifyElevenLabsSignature } from '../../providers/elevenlabs/webhook.ts';
import type { Api, ApiDeps } from '../deps.ts';
import { Problem } from '../errors.ts';
import { readBody, WEBHOOK_LIMIT } from '../limits.ts';
import { createRecordings, type Recordings } from '../recordings.ts';
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
  const recordings = createRecordings(config.recordings);
  app.openapi(route, async (c) => {
    const rawBody = await readBody(c.req.raw, WEBHOOK_LIMIT);
    const header = c.req.header('elevenlabs-signature');
    const secrets = config.elevenLabs.webhookSecrets;
    const check = verifyElevenLabsSignature({ rawBody, header, secrets, now: clock() });
    if (!check.ok) {
      logger.warn({ reason: check.reason }, 'webhook refused');
      throw new Problem('invalid-signature', `The signature is ${check.reason}.`);
    }
    const delivery = readDelivery(rawBody);
    const received = await receive(deps, createHash('sha256').update(rawBody).digest('hex'), delivery);
    if (delivery.audio !== null && delivery.conversationId !== null) {
      await keepRecording(deps, recordings, {
        conversationId: delivery.conversationId,
        audio: delivery.audio,
      });
    }
    if (received.toTell !== null) await tell(deps, received.eventId, received.toTell);
    for (const leadId of received.replied) await deps.temporal.contactReplied(leadId);
    for (const id of received.followUps) await deps.temporal.startFollowUp(id);
    return c.json({ received: true as const }, 200);
  });
}

interface Received {
  eventId: number;
  /** The lead that waits for this call's end, as long as it was not told. */
  toTell: { leadId: string; callId: string } | null;
  /** Leads that wait, and whose person called back. The gate stops those that cannot be told. */
  replied: string[];
  /** What follows the call and has no workflow yet. The sweep starts what cannot be started now. */
  followUps: string[];
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
    return { eventId: stored.id, toTell: call, replied: [], followUps: [] };
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
    if (delivery.audio !== null) await noteRecording(tx, delivery.conversationId);
    await markMerged(tx, eventId, { callId: null, signalled: true, now });
    return { eventId, toTell: null, replied: [], followUps: [] };
  }
  const { centsPerCredit } = deps.config.elevenLabs;
  const merged =
    facts === null ? null : await mergeOrAdopt(tx, { facts, source: 'webhook', now, centsPerCredit });
  if (merged === null) {
    await raiseAttention(tx, {
      kind: 'unmatched_webhook',
      subject: String(eventId),
      detail:
        facts === null
          ? `An event of type "${delivery.type}" names no conversation.`
          : `No call is known for the conversation ${facts.conversationId}.`,
    });
    return { eventId, toTell: null, replied: [], followUps: [] };
  }
  const { callId, leadId, ended, dialled, replied, followUps } = merged;
  const toTell = ended && dialled && leadId !== null ? { leadId, callId } : null;
  await markMerged(tx, eventId, { callId, signalled: toTell === null, now });
  return { eventId, toTell, replied, followUps };
}

/** The provider has it still: that it could not be kept here is no reason to have the event sent again. */
async function keepRecording(
  { logger }: ApiDeps,
  recordings: Recordings,
  { conversationId, audio }: { conversationId: string; audio: Buffer },
): Promise<void> {
  try {
    await recordings.put(conversationId, { contentType: 'audio/mpeg', bytes: audio });
  } catch (error) {
    logger.warn({ conversationId, failure: (error as Error).message }, 'a recording was not kept');
  }
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

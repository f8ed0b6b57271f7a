import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { verifyElevenLabsSignature } from '#providers/elevenlabs/webhook.ts';
import { createRecordings, type Recordings } from '#services/calls/recordings.ts';
import { tellReplied } from '#services/leads/notify-replied.ts';
import { readDelivery } from '#services/provider-events/delivery.ts';
import { createIntake } from '#services/provider-events/intake.ts';
import { createTeller } from '#services/provider-events/notify.ts';
import type { Api, ApiContext } from '../context.ts';
import { Problem } from '../http/errors.ts';
import { readBody, WEBHOOK_LIMIT } from '../http/limits.ts';
import { json, problems } from '../schemas/problem.ts';

const route = createRoute({
  method: 'post',
  path: '/webhooks/elevenlabs',
  operationId: 'receiveElevenLabs',
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

export function receiveElevenLabs(app: Api, context: ApiContext): void {
  const { config, now, logger } = context;
  const recordings = createRecordings(config.recordings);
  const intake = createIntake(context);
  const teller = createTeller(context);
  app.openapi(route, async (c) => {
    const rawBody = await readBody(c.req.raw, WEBHOOK_LIMIT);
    const header = c.req.header('elevenlabs-signature');
    const secrets = config.elevenLabs.webhookSecrets;
    const check = verifyElevenLabsSignature({ rawBody, header, secrets, now: await now() });
    if (!check.ok) {
      logger.warn({ reason: check.reason }, 'webhook refused');
      throw new Problem('invalid-signature', `The signature is ${check.reason}.`);
    }
    const delivery = readDelivery(rawBody);
    const dedupKey = createHash('sha256').update(rawBody).digest('hex');
    const received = await intake.receive({ dedupKey, delivery });
    if (delivery.audio !== null && delivery.conversationId !== null) {
      await keepRecording(context, recordings, {
        conversationId: delivery.conversationId,
        audio: delivery.audio,
      });
    }
    const { eventId, toTell, crowded } = received;
    const inCompany = crowded || teller.busy;
    const telling = toTell === null ? null : teller.tell({ eventId, ...toTell });
    // Many at once are answered with the commit: nothing of them can be lost, and the provider need not wait.
    if (!inCompany) await telling;
    await tellOfReplies(context, received.replied);
    for (const id of received.followUps) await context.workflows.startFollowUp(id);
    return c.json({ received: true as const }, 200);
  });
}

/** The provider has it still: that it could not be kept here is no reason to have the event sent again. */
async function keepRecording(
  { logger }: ApiContext,
  recordings: Recordings,
  { conversationId, audio }: { conversationId: string; audio: Buffer },
): Promise<void> {
  try {
    await recordings.put(conversationId, { contentType: 'audio/mpeg', bytes: audio });
  } catch (error) {
    logger.warn({ conversationId, failure: (error as Error).message }, 'a recording was not kept');
  }
}

async function tellOfReplies(context: ApiContext, leadIds: readonly string[]): Promise<void> {
  try {
    if (await tellReplied(context, leadIds)) return;
    context.logger.warn({ leads: leadIds.length }, 'not every lead was told of a reply yet');
  } catch {
    // The facts are committed: the provider must not send them again for this.
    context.logger.warn({ leads: leadIds.length }, 'it was not noted that leads were told of a reply');
  }
}

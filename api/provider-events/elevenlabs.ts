import { createRoute, z } from '@hono/zod-openapi';
import { describeCaller } from '#services/provider-events/call-start.ts';
import { createEventReceiver } from '#services/provider-events/receive.ts';
import type { Api, ApiContext } from '../context.ts';
import { type BodyLimit, PROVIDER_EVENT_LIMIT } from '../http/limits.ts';
import { json, problems } from '../schemas/problem.ts';
import { readRequest } from './request.ts';

const CALL_START_LIMIT: BodyLimit = { maxBytes: 16 * 1024, idleMs: 2_000, totalMs: 5_000 };

const body = { required: true, content: { 'application/json': { schema: { type: 'object' as const } } } };

const eventRoute = createRoute({
  method: 'post',
  path: '/webhooks/elevenlabs',
  operationId: 'receiveElevenLabs',
  tags: ['webhooks'],
  summary: 'Every event of ElevenLabs, signed in the header ElevenLabs-Signature',
  security: [{ elevenLabsSignature: [] }],
  request: { body },
  responses: {
    200: json('Stored', z.object({ received: z.literal(true) }).openapi('WebhookReceived')),
    ...problems(400, 401, 408, 413, 503),
  },
});

const callStartRoute = createRoute({
  method: 'post',
  path: '/webhooks/elevenlabs/initiation',
  operationId: 'answerInitiation',
  tags: ['webhooks'],
  summary: 'Who calls: variables for an inbound call, within half a second',
  description:
    'Authenticated by the header ElevenLabs-Signature where it is sent, else by X-Ringleader-Secret: a header ' +
    'that is set for this webhook at the provider, and holds one of the configured webhook secrets.',
  security: [{ elevenLabsSignature: [] }, { elevenLabsSecret: [] }],
  request: { body },
  responses: {
    200: json(
      'What the agent learns about the caller',
      z
        .object({
          type: z.literal('conversation_initiation_client_data'),
          dynamic_variables: z.record(z.string(), z.union([z.string(), z.boolean()])),
        })
        .openapi('CallInitiation'),
    ),
    ...problems(400, 401, 408, 413),
  },
});

export function receiveElevenLabs(app: Api, context: ApiContext): void {
  const receive = createEventReceiver(context);
  app.openapi(eventRoute, async (c) => {
    await receive(await readRequest(context, c, PROVIDER_EVENT_LIMIT));
    return c.json({ received: true as const }, 200);
  });

  app.openapi(callStartRoute, async (c) => {
    const variables = await describeCaller(context, await readRequest(context, c, CALL_START_LIMIT));
    return c.json(
      { type: 'conversation_initiation_client_data' as const, dynamic_variables: variables },
      200,
    );
  });
}

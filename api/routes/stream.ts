import type { HttpBindings } from '@hono/node-server';
import { createRoute, z } from '@hono/zod-openapi';
import { EVENT_TYPES } from '#domain/events.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { keyProblems, problems } from '../schemas/problem.ts';

const SUBJECTS = ['campaignId', 'leadId', 'callId', 'messageId', 'followUpId', 'deliveryId'];

const eventNumber = z.string().regex(/^\d{1,15}$/, 'is not the number of an event');

const eventData: object = {
  contentMediaType: 'application/json',
  contentSchema: {
    oneOf: [
      {
        type: 'object',
        required: ['newestId'],
        properties: { newestId: { type: 'integer' } },
        additionalProperties: false,
      },
      {
        type: 'object',
        required: ['id', 'at', 'type', ...SUBJECTS, 'data'],
        properties: {
          id: { type: 'integer' },
          at: { type: 'string', format: 'date-time' },
          type: { enum: EVENT_TYPES },
          ...Object.fromEntries(SUBJECTS.map((name) => [name, { type: ['string', 'null'] }])),
          data: { type: 'object' },
        },
        additionalProperties: false,
      },
    ],
  },
};

/** One event of the stream, as its lines name its parts. */
const StreamEvent = z
  .object({
    id: eventNumber.openapi({ description: "The event's number" }),
    event: z.enum(['ready', ...EVENT_TYPES]),
    data: z.string().openapi({ ...eventData, description: 'JSON' }),
  })
  .openapi('StreamEvent');

const route = createRoute({
  method: 'get',
  path: '/api/stream',
  operationId: 'streamEvents',
  tags: ['events'],
  summary: 'What happens, as it happens (server-sent events)',
  description:
    'Each event has its number as `id` and its type as `event`; `data` is JSON with ids and codes, and nothing ' +
    'personal. With Last-Event-ID, or `after`, it goes on behind that event without a gap or a repeat. ' +
    'Without either it begins now, with an event `ready` whose number can be gone on from. A client that reads ' +
    'too slowly is disconnected, and may go on where it was.',
  ...access('viewer'),
  request: {
    query: z.object({
      campaign: z.uuid().optional().openapi({ description: 'Events of this campaign only' }),
      lead: z.uuid().optional().openapi({ description: 'Events of this lead only' }),
      after: eventNumber.optional().openapi({ description: 'As Last-Event-ID, which is asked first' }),
    }),
    headers: z.object({ 'last-event-id': eventNumber.optional() }),
  },
  responses: {
    200: {
      description: 'The stream',
      content: { 'text/event-stream': { schema: StreamEvent } },
    },
    ...keyProblems,
    ...problems(422, 503),
  },
});

/** Proxies hold back what they think is a small body; this asks the usual ones not to. */
const HEADERS = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };

export function streamEvents(app: Api, { stream }: ApiContext): void {
  app.openapi(route, async (c) => {
    if (c.req.raw.method === 'HEAD') return c.body(null, 200, HEADERS) as never;
    const { campaign, lead, after } = c.req.valid('query');
    const from = c.req.valid('header')['last-event-id'] ?? after;
    const { outgoing } = c.env as Partial<HttpBindings>;
    const body = await stream.open({
      filter: { campaignId: campaign, leadId: lead },
      after: from === undefined ? null : Number(from),
      keyId: c.get('actor').id,
      sessionHash: c.get('sessionHash') ?? null,
      cut: () => outgoing?.destroy(),
    });
    return c.body(body, 200, HEADERS) as never;
  });
}

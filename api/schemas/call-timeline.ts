import { z } from '@hono/zod-openapi';
import type { readCallTimeline } from '#db/queries/call-timeline.ts';
import { PROVIDERS } from '#domain/conversation.ts';
import { iso, isoOrNull, timestamp } from './common.ts';
import { EventType } from './words.ts';

const HeardWebhook = z
  .object({
    id: z.number().int(),
    provider: z.enum(PROVIDERS),
    type: z.string(),
    receivedAt: timestamp,
    mergedAt: timestamp.nullable().openapi({ description: 'When what it says was taken into the call' }),
    deliveries: z.number().int().openapi({ description: 'How often it came, the first time included' }),
  })
  .openapi('HeardWebhook');

export const CallTimeline = z
  .object({
    events: z.array(
      z.object({
        id: z.number().int().openapi({ description: "The event's number, as in the stream" }),
        at: timestamp,
        type: EventType,
        data: z.record(z.string(), z.unknown()),
      }),
    ),
    webhooks: z.array(HeardWebhook),
  })
  .openapi('CallTimeline');

export function toCallTimeline({
  events,
  webhooks,
}: Awaited<ReturnType<typeof readCallTimeline>>): z.infer<typeof CallTimeline> {
  return {
    events: events.map(({ id, at, type, data }) => ({ id, at: iso(at), type, data })),
    webhooks: webhooks.map(({ id, provider, type, deliveries, received_at, merged_at }) => ({
      id,
      provider,
      type,
      receivedAt: iso(received_at),
      mergedAt: isoOrNull(merged_at),
      deliveries,
    })),
  };
}

import { z } from '@hono/zod-openapi';
import type {
  DeliveryAttempt,
  Delivery as DeliveryRow,
  Endpoint as EndpointRow,
} from '#db/queries/deliveries.ts';
import { OUTBOUND_EVENT_TYPES } from '#domain/events.ts';
import { text } from '#domain/text.ts';
import { LARGEST_REPLAY, LONGEST_REPLAY_DAYS } from '#services/webhooks/deliveries.ts';
import { ANY_FIELD, instant, iso, isoOrNull, page, pageQuery, timestamp } from './common.ts';
import { DeliveryStatus, SubscribedEventType } from './words.ts';

const LONGEST_CHANGE_OVER_SECONDS = 7 * 86_400;

const eventTypes = z
  .array(SubscribedEventType)
  .min(1)
  .max(OUTBOUND_EVENT_TYPES.length + 1)
  .openapi({ description: 'What is sent; * for all of it', example: ['call.ended', 'lead.converted'] });

const url = z
  .string()
  .max(2_000)
  .openapi({ format: 'uri', example: 'https://crm.example.com/hooks/ringleader' });

export const WebhookCreate = z
  .strictObject({
    url,
    eventTypes,
    description: text(200).nullish(),
    campaignId: z.uuid().nullish().openapi({ description: 'Only what happens in this campaign' }),
  })
  .openapi('WebhookCreate');

export const WebhookUpdate = z
  .strictObject({
    url,
    eventTypes,
    description: text(200).nullable(),
    campaignId: z.uuid().nullable(),
    enabled: z.boolean().openapi({ description: 'true enables a disabled one again' }),
  })
  .partial()
  .refine((update) => Object.keys(update).length > 0, 'names nothing to change')
  .openapi('WebhookUpdate', ANY_FIELD);

const fields = {
  id: z.uuid(),
  url: z.string(),
  description: z.string().nullable(),
  eventTypes: z.array(z.string()),
  campaignId: z.uuid().nullable(),
  enabled: z.boolean(),
  disabledAt: timestamp.nullable(),
  disabledReason: z.string().nullable(),
  failingSince: timestamp.nullable().openapi({ description: 'Every attempt since then has failed' }),
  createdAt: timestamp,
};

export const OutboundWebhook = z.object(fields).openapi('Webhook');
export const OutboundWebhookPage = page(OutboundWebhook, 'WebhookPage');

const secret = z
  .string()
  .nullable()
  .openapi({
    description:
      'Shown this once; null when the request is repeated under its Idempotency-Key. Receivers verify with it: ' +
      'https://www.standardwebhooks.com',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  });

export const WebhookCreated = z.object({ ...fields, secret }).openapi('WebhookCreated');

export const WebhookRotate = z
  .strictObject({
    keepOldForSeconds: z
      .number()
      .int()
      .min(0)
      .max(LONGEST_CHANGE_OVER_SECONDS)
      .default(86_400)
      .openapi({ description: 'How long the old secret signs too' }),
  })
  .openapi('WebhookRotate');

export const WebhookRotated = z
  .object({ secret, oldSecretUntil: timestamp.nullable() })
  .openapi('WebhookRotated');

export const WebhookReplay = z.strictObject({ from: instant, to: instant }).openapi('WebhookReplay', {
  description: `At most ${LONGEST_REPLAY_DAYS} days and ${LARGEST_REPLAY} events`,
});

export const WebhookReplayed = z.object({ deliveries: z.number().int() }).openapi('WebhookReplayed');

const deliveryFields = {
  id: z.uuid().openapi({ description: 'The webhook-id that the receiver sees' }),
  webhookId: z.uuid(),
  type: z.string(),
  eventId: z.number().int().nullable(),
  followUpId: z.uuid().nullable(),
  leadId: z.uuid().nullable(),
  status: DeliveryStatus,
  attempts: z.number().int(),
  nextAttemptAt: timestamp.nullable(),
  lastStatus: z.number().int().nullable(),
  lastError: z.string().nullable(),
  deliveredAt: timestamp.nullable(),
  createdAt: timestamp,
};

export const Delivery = z.object(deliveryFields).openapi('Delivery');
export const DeliveryPage = page(Delivery, 'DeliveryPage');
export const DeliveryQuery = z.object({ status: DeliveryStatus.optional(), ...pageQuery });

export const DeliveryDetail = z
  .object({
    ...deliveryFields,
    payload: z.record(z.string(), z.unknown()).nullable().openapi({
      description: 'What is sent; null until the first attempt',
    }),
    log: z.array(
      z.object({
        at: timestamp,
        status: z.number().int().nullable(),
        error: z.string().nullable(),
        durationMs: z.number().int(),
      }),
    ),
  })
  .openapi('DeliveryDetail');

export function toWebhook(row: EndpointRow): z.infer<typeof OutboundWebhook> {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    eventTypes: row.event_types,
    campaignId: row.campaign_id,
    enabled: row.disabled_at === null,
    disabledAt: isoOrNull(row.disabled_at),
    disabledReason: row.disabled_reason,
    failingSince: isoOrNull(row.failing_since),
    createdAt: iso(row.created_at),
  };
}

export function toDelivery(row: DeliveryRow): z.infer<typeof Delivery> {
  return {
    id: row.id,
    webhookId: row.endpoint_id,
    type: row.event_type,
    eventId: row.event_id,
    followUpId: row.follow_up_id,
    leadId: row.lead_id,
    status: row.status,
    attempts: row.attempts,
    nextAttemptAt: row.status === 'pending' ? iso(row.next_attempt_at) : null,
    lastStatus: row.last_status,
    lastError: row.last_error,
    deliveredAt: isoOrNull(row.delivered_at),
    createdAt: iso(row.created_at),
  };
}

export function toDeliveryDetail(
  row: DeliveryRow,
  attempts: DeliveryAttempt[],
): z.infer<typeof DeliveryDetail> {
  return {
    ...toDelivery(row),
    payload: row.payload,
    log: attempts.map(({ at, status, error, duration_ms }) => ({
      at: iso(at),
      status,
      error,
      durationMs: duration_ms,
    })),
  };
}

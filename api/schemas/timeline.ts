import { z } from '@hono/zod-openapi';
import type { TimelineEntry } from '#db/queries/timeline.ts';
import { Call, Decision, toCall, toDecision } from './call.ts';
import { iso, isoOrNull, orNull, page, timestamp } from './common.ts';
import {
  DeliveryStatus,
  Direction,
  EventType,
  FollowUpChannel,
  FollowUpStatus,
  MessageChannel,
  MessageSource,
  MessageStatus,
} from './words.ts';

const Message = z
  .object({
    id: z.uuid(),
    leadId: z.uuid().nullable().openapi({ description: 'The lead that it was matched to' }),
    channel: MessageChannel,
    direction: Direction,
    status: MessageStatus,
    source: MessageSource,
    subject: z.string().nullable(),
    body: z.string(),
    attachments: z.array(z.object({ contentType: z.string(), name: z.string().nullable() })),
    error: z.string().nullable(),
    createdAt: timestamp,
    sentAt: timestamp.nullable(),
    deliveredAt: timestamp.nullable(),
  })
  .openapi('TimelineMessage');

const FollowUp = z
  .object({
    id: z.uuid(),
    ruleId: z.string(),
    channel: FollowUpChannel,
    status: FollowUpStatus,
    reason: z.string().nullable(),
    dueAt: timestamp,
  })
  .openapi('TimelineFollowUp');

const Delivery = z
  .object({
    id: z.uuid(),
    endpointId: z.uuid(),
    url: z.string(),
    eventType: z.string(),
    status: DeliveryStatus,
    attempts: z.number().int(),
    lastStatus: z.number().int().nullable(),
    lastError: z.string().nullable(),
  })
  .openapi('TimelineDelivery');

export const TimelineItem = z
  .object({
    id: z.number().int().openapi({ description: "The event's number, as in the stream" }),
    at: timestamp,
    type: EventType,
    data: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'Ids and codes of that moment; the fields below show the present state' }),
    call: orNull(Call),
    message: orNull(Message),
    followUp: orNull(FollowUp),
    delivery: orNull(Delivery),
    decision: orNull(Decision),
  })
  .openapi('TimelineItem');

export const Timeline = page(TimelineItem, 'Timeline');

export function toTimelineItem(entry: TimelineEntry): z.infer<typeof TimelineItem> {
  const { event, call, message, followUp, delivery, decision } = entry;
  return {
    id: event.id,
    at: iso(event.at),
    type: event.type,
    data: event.data,
    call: call && toCall(call),
    message: message && toMessage(message),
    followUp: followUp && {
      id: followUp.id,
      ruleId: followUp.rule_id,
      channel: followUp.channel,
      status: followUp.status,
      reason: followUp.reason,
      dueAt: iso(followUp.due_at),
    },
    delivery: delivery && {
      id: delivery.id,
      endpointId: delivery.endpoint_id,
      url: delivery.url,
      eventType: delivery.event_type,
      status: delivery.status,
      attempts: delivery.attempts,
      lastStatus: delivery.last_status,
      lastError: delivery.last_error,
    },
    decision: decision && toDecision(decision),
  };
}

function toMessage(row: NonNullable<TimelineEntry['message']>): z.infer<typeof Message> {
  return {
    id: row.id,
    leadId: row.lead_id,
    channel: row.channel,
    direction: row.direction,
    status: row.status,
    source: row.source,
    subject: row.subject,
    body: row.body,
    attachments: row.attachments.map(({ contentType, name }) => ({ contentType, name })),
    error: row.error,
    createdAt: iso(row.created_at),
    sentAt: isoOrNull(row.sent_at),
    deliveredAt: isoOrNull(row.delivered_at),
  };
}

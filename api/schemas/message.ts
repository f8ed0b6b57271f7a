import { z } from '@hono/zod-openapi';
import type { ContactLead } from '#db/queries/leads.ts';
import type { Message as Row, MessageThread as ThreadRow } from '#db/queries/messages.ts';
import { wording } from '#domain/text.ts';
import { LONGEST_TEXT, measureText } from '#domain/text-length.ts';
import { iso, isoOrNull, orNull, page, pageQuery, timestamp } from './common.ts';
import { phone } from './opt-out.ts';
import { Direction, MessageChannel, MessageSource, MessageStatus, TextEncoding } from './words.ts';

export const MessageSend = z
  .strictObject({
    leadId: z.uuid().optional(),
    to: phone.optional(),
    body: wording(LONGEST_TEXT),
    whenAllowed: z
      .boolean()
      .optional()
      .openapi({ description: 'In quiet hours: wait for their end, in place of a refusal' }),
  })
  .refine(({ leadId, to }) => (leadId === undefined) !== (to === undefined), {
    path: ['leadId'],
    message: 'name either leadId or to',
  })
  .openapi('MessageSend', { oneOf: [{ required: ['leadId'] }, { required: ['to'] }] });

const fields = {
  id: z.uuid(),
  channel: MessageChannel,
  direction: Direction,
  status: MessageStatus,
  leadId: z.uuid().nullable(),
  campaignId: z.uuid().nullable(),
  callId: z.string().nullable().openapi({ description: 'The call during which it came, or that it follows' }),
  inReplyTo: z.uuid().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  subject: z.string().nullable(),
  body: z.string(),
  attachments: z.array(
    z.object({ contentType: z.string(), name: z.string().nullable(), url: z.string().nullable() }),
  ),
  segments: z.number().int().nullable(),
  encoding: orNull(TextEncoding),
  characters: z.number().int(),
  source: MessageSource,
  author: z.string().nullable(),
  errorCode: z.number().int().nullable(),
  error: z.string().nullable(),
  notBefore: timestamp.nullable(),
  sentAt: timestamp.nullable(),
  deliveredAt: timestamp.nullable(),
  createdAt: timestamp,
};

export const Message = z.object(fields).openapi('Message');
export const MessagePage = page(Message, 'MessagePage');

export const MessageDetail = z
  .object({
    ...fields,
    leads: z
      .array(z.object({ leadId: z.uuid(), campaignId: z.uuid(), contactedAt: timestamp.nullable() }))
      .openapi({ description: 'Every lead with the number, the one contacted last first' }),
  })
  .openapi('MessageDetail');

const MessageThread = z
  .object({
    phone: z.string(),
    name: z.string().nullable().openapi({ description: 'Of the lead that the latest message is about' }),
    optedOut: z.boolean(),
    latest: Message,
  })
  .openapi('MessageThread');
export const MessageThreadPage = page(MessageThread, 'MessageThreadPage');

export const ThreadQuery = z.object({
  direction: Direction.optional().openapi({
    description: 'Of the latest message; inbound ones wait for an answer',
  }),
  ...pageQuery,
});

export const MessageQuery = z.object({
  leadId: z.uuid().optional(),
  phone: phone.optional(),
  direction: Direction.optional(),
  status: MessageStatus.optional(),
  ...pageQuery,
});

export function toMessage(row: Row): z.infer<typeof Message> {
  const outbound = row.direction === 'outbound';
  const theirs = row.channel === 'email' ? row.to_address : row.phone;
  return {
    id: row.id,
    channel: row.channel,
    direction: row.direction,
    status: row.status,
    leadId: row.lead_id,
    campaignId: row.campaign_id,
    callId: row.call_id,
    inReplyTo: row.in_reply_to,
    from: outbound ? row.own_address : theirs,
    to: outbound ? theirs : row.own_address,
    subject: row.subject,
    body: row.body,
    attachments: row.attachments,
    segments: row.segments,
    encoding: row.encoding,
    characters: measureText(row.body).characters,
    source: row.source,
    author: row.author,
    errorCode: row.error_code,
    error: row.error,
    notBefore: isoOrNull(row.not_before),
    sentAt: isoOrNull(row.sent_at),
    deliveredAt: isoOrNull(row.delivered_at),
    createdAt: iso(row.created_at),
  };
}

export function toMessageDetail(row: Row, leads: readonly ContactLead[]): z.infer<typeof MessageDetail> {
  return {
    ...toMessage(row),
    leads: leads.map(({ leadId, campaignId, contactedAt }) => ({
      leadId,
      campaignId,
      contactedAt: isoOrNull(contactedAt),
    })),
  };
}

export function toThread(row: ThreadRow): z.infer<typeof MessageThread> {
  return { phone: row.phone, name: row.lead_name, optedOut: row.opted_out, latest: toMessage(row) };
}

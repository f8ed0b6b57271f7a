import { type Selectable, sql } from 'kysely';
import type { Direction } from '#domain/call.ts';
import type { EventType } from '#domain/events.ts';
import { laterMessageStatus, type MessageStatus } from '#domain/message.ts';
import { measureText } from '#domain/text-length.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { Attachment, MessagesTable } from '../schema/messages.ts';
import { closeAttention } from './attention.ts';
import { appendEvent } from './events.ts';

export type Message = Selectable<MessagesTable>;

/** A text that is to be sent, by whatever workflow carries it. */
export interface NewText {
  id: string;
  phone: string;
  leadId: string | null;
  campaignId: string | null;
  body: string;
  source: Exclude<MessagesTable['source'], 'contact'>;
  /** The name of the API key that sends it. */
  author?: string | null;
  inReplyTo?: string | null;
  followUpId?: string | null;
  callId?: string | null;
  /** Not sent before this instant. */
  notBefore?: Date | null;
}

/** Schedules a text, once: with an id that is there already nothing happens, and the answer is false. The contact must exist. */
export async function scheduleText(tx: Tx, text: NewText, now: Date): Promise<boolean> {
  const { encoding, segments } = measureText(text.body);
  const inserted = await tx
    .insertInto('messages')
    .values({
      id: text.id,
      channel: 'sms',
      direction: 'outbound',
      phone: text.phone,
      lead_id: text.leadId,
      campaign_id: text.campaignId,
      call_id: text.callId ?? null,
      follow_up_id: text.followUpId ?? null,
      in_reply_to: text.inReplyTo ?? null,
      body: text.body,
      status: 'scheduled',
      source: text.source,
      author: text.author ?? null,
      segments,
      encoding,
      not_before: text.notBefore ?? null,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) return false;
  await appendEvent(tx, {
    type: 'message.scheduled',
    campaignId: text.campaignId,
    leadId: text.leadId,
    messageId: text.id,
    followUpId: text.followUpId ?? null,
    data: { source: text.source, notBefore: text.notBefore ?? null },
  });
  return true;
}

/** A text that came from a contact. */
export interface ReceivedText {
  id: string;
  phone: string;
  ownAddress: string;
  body: string;
  attachments: Attachment[];
  providerId: string;
  leadId: string | null;
  campaignId: string | null;
  /** The call that was under way. */
  callId: string | null;
}

/** Stores it, once by the provider's id. */
export async function storeReceivedText(tx: Tx, text: ReceivedText, now: Date): Promise<boolean> {
  const { encoding, segments } = measureText(text.body);
  const inserted = await tx
    .insertInto('messages')
    .values({
      id: text.id,
      channel: 'sms',
      direction: 'inbound',
      phone: text.phone,
      lead_id: text.leadId,
      campaign_id: text.campaignId,
      call_id: text.callId,
      own_address: text.ownAddress,
      body: text.body,
      attachments: toJson(text.attachments),
      status: 'received',
      source: 'contact',
      provider_id: text.providerId,
      segments,
      encoding,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('provider_id').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** Null when there is none. */
export async function findMessage(db: Db | Tx, id: string): Promise<Message | null> {
  return (await db.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Holds the message until the transaction ends; its contact must be held already. */
export async function lockMessage(tx: Tx, id: string): Promise<Message> {
  return await tx
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

export interface MessageFilter {
  leadId?: string | undefined;
  phone?: string | undefined;
  direction?: Direction | undefined;
  status?: MessageStatus | undefined;
}

/** Latest first; one row more than `limit`, where there is one. */
export async function listMessages(
  db: Db,
  filter: MessageFilter,
  page: { before: { createdAt: Date; id: string } | null; limit: number },
): Promise<Message[]> {
  let query = db.selectFrom('messages').selectAll();
  if (filter.leadId !== undefined) query = query.where('lead_id', '=', filter.leadId);
  if (filter.phone !== undefined) query = query.where('phone', '=', filter.phone);
  if (filter.direction !== undefined) query = query.where('direction', '=', filter.direction);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (page.before !== null) {
    const { createdAt, id } = page.before;
    query = query.where(sql<boolean>`(created_at, id) < (${createdAt}, ${id}::uuid)`);
  }
  return await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

/** What a carrier reports of a text of ours. */
export interface TextReport {
  status: MessageStatus;
  providerId: string | null;
  errorCode: number | null;
  error?: string | null;
  segments?: number | null;
}

/**
 * Moves a held message forward by a report, and says so in the log. What is known is filled in, never blanked;
 * a report that comes late settles what was unknown.
 */
export async function recordTextReport(
  tx: Tx,
  message: Message,
  report: TextReport,
  now: Date,
): Promise<void> {
  const status = laterMessageStatus(message.status, report.status);
  const isSent = status === 'sent' || status === 'delivered' || status === 'undelivered';
  const moved = status !== message.status;
  await tx
    .updateTable('messages')
    .set({
      status,
      provider_id: message.provider_id ?? report.providerId,
      segments: report.segments ?? message.segments,
      error_code: moved ? report.errorCode : message.error_code,
      error: moved ? (report.error ?? null) : message.error,
      sent_at: isSent ? (message.sent_at ?? now) : message.sent_at,
      delivered_at: status === 'delivered' ? (message.delivered_at ?? now) : message.delivered_at,
      updated_at: now,
    })
    .where('id', '=', message.id)
    .execute();
  if (!moved) return;
  await appendEvent(tx, {
    type: eventTypeOf(status),
    campaignId: message.campaign_id,
    leadId: message.lead_id,
    messageId: message.id,
    followUpId: message.follow_up_id,
    data: { status, ...(report.errorCode === null ? {} : { errorCode: report.errorCode }) },
  });
  if (message.status === 'unknown') {
    await closeAttention(tx, {
      kind: 'unknown_message',
      subject: message.id,
      settlement: `It was ${status}.`,
    });
  }
}

function eventTypeOf(status: MessageStatus): EventType {
  switch (status) {
    case 'scheduled':
    case 'sending':
      return 'message.scheduled';
    case 'sent':
      return 'message.sent';
    case 'delivered':
      return 'message.delivered';
    case 'received':
      return 'message.received';
    case 'undelivered':
    case 'failed':
    case 'refused':
    case 'unknown':
      return 'message.failed';
  }
}

/** When the contact last wrote; null when never. */
export async function lastHeardAt(db: Db | Tx, phone: string): Promise<Date | null> {
  const last = await db
    .selectFrom('messages')
    .select('created_at')
    .where('phone', '=', phone)
    .where('direction', '=', 'inbound')
    .where('channel', '=', 'sms')
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.created_at ?? null;
}

/**
 * Texts that the carrier took between the two instants, and of which nothing was heard since `before`; those that were
 * not asked for longest come first.
 */
export async function unreportedTexts(
  db: Db,
  { sentAfter, before }: { sentAfter: Date; before: Date },
  limit: number,
): Promise<Message[]> {
  return await db
    .selectFrom('messages')
    .selectAll()
    .where('channel', '=', 'sms')
    .where('status', '=', 'sent')
    .where('provider_id', 'is not', null)
    .where('updated_at', '<', before)
    .where('sent_at', '<', before)
    .where('sent_at', '>', sentAfter)
    .orderBy('updated_at')
    .limit(limit)
    .execute();
}

/** Texts that are to be sent and have stood still since `before`: nobody may be at work on them. */
export async function stalledTexts(db: Db, before: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('messages')
    .select('id')
    .where('channel', '=', 'sms')
    .where('status', 'in', ['scheduled', 'sending'])
    .where('updated_at', '<', before)
    .where((where) => where.or([where('not_before', 'is', null), where('not_before', '<', before)]))
    .orderBy('updated_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

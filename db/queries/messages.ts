import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Direction } from '#domain/call.ts';
import type { MessageStatus } from '#domain/message.ts';
import type { Db, Tx } from '../client.ts';
import type { MessagesTable } from '../schema/messages.ts';

export type Message = Selectable<MessagesTable>;

/** False when there is a message with its id, or with the provider's. */
export async function insertMessage(tx: Tx, message: Insertable<MessagesTable>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('messages')
    .values(message)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** Null when there is none. */
export async function findMessage(db: Db | Tx, id: string): Promise<Message | null> {
  return (await db.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** By the provider's id; null when there is none. */
export async function findMessageAt(db: Db | Tx, providerId: string): Promise<Message | null> {
  const found = await db
    .selectFrom('messages')
    .selectAll()
    .where('provider_id', '=', providerId)
    .executeTakeFirst();
  return found ?? null;
}

/** Which of the provider's ids belong to messages of ours. */
export async function knownProviderIds(db: Db, providerIds: readonly string[]): Promise<Set<string | null>> {
  if (providerIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('messages')
    .select('provider_id')
    .where('provider_id', 'in', [...providerIds])
    .execute();
  return new Set(rows.map(({ provider_id }) => provider_id));
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

/** Changes a message that still has this status. Null when it has another. */
export async function updateMessage(
  db: Db | Tx,
  { id, status }: Pick<Message, 'id' | 'status'>,
  change: Updateable<MessagesTable>,
): Promise<Message | null> {
  const updated = await db
    .updateTable('messages')
    .set(change)
    .where('id', '=', id)
    .where('status', '=', status)
    .returningAll()
    .executeTakeFirst();
  return updated ?? null;
}

export interface MessageFilter {
  leadId?: string | undefined;
  phone?: string | undefined;
  direction?: Direction | undefined;
  status?: MessageStatus | undefined;
}

type PageBefore = { before: { createdAt: Date; id: string } | null; limit: number };

/** Latest first; one row more than `limit`, where there is one. */
export async function listMessages(db: Db, filter: MessageFilter, page: PageBefore): Promise<Message[]> {
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

/** The latest message with a number, whose lead it is about, and whether the number may be written to. */
export interface MessageThread extends Message {
  lead_name: string | null;
  opted_out: boolean;
}

/**
 * One row a number, latest first; one row more than `limit`, where there is one. `direction` is that of the latest
 * message: inbound ones wait for an answer.
 */
export async function listThreads(
  db: Db,
  filter: { direction?: Direction | undefined },
  page: PageBefore,
): Promise<MessageThread[]> {
  let query = db
    .selectFrom('messages')
    .leftJoin('leads', 'leads.id', 'messages.lead_id')
    .selectAll('messages')
    .select('leads.name as lead_name')
    // A scalar, because PostgreSQL would collect all opt-outs for an "exists" before the first row.
    .select(
      sql<boolean>`(select true from opt_outs where opt_outs.phone = messages.phone) is not null`.as(
        'opted_out',
      ),
    )
    // "offset 0" keeps PostgreSQL from making a join of it, which would read every message before the first page.
    .where(
      sql<boolean>`not exists (select from messages as later where later.phone = messages.phone
        and (later.created_at, later.id) > (messages.created_at, messages.id) offset 0)`,
    );
  if (filter.direction !== undefined) query = query.where('messages.direction', '=', filter.direction);
  if (page.before !== null) {
    const { createdAt, id } = page.before;
    query = query.where(sql<boolean>`(messages.created_at, messages.id) < (${createdAt}, ${id}::uuid)`);
  }
  return await query
    .orderBy('messages.created_at', 'desc')
    .orderBy('messages.id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

/** When the contact last sent a text; null when never. */
export async function lastTextFrom(db: Db | Tx, phone: string): Promise<Date | null> {
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

/** How many answers of an agent the contact was sent since an instant. */
export async function countAgentAnswers(db: Db, phone: string, since: Date): Promise<number> {
  const { answers } = await db
    .selectFrom('messages')
    .select((eb) => eb.fn.countAll<number>().as('answers'))
    .where('phone', '=', phone)
    .where('source', '=', 'agent')
    .where('created_at', '>', since)
    .executeTakeFirstOrThrow();
  return answers;
}

/**
 * Texts that the carrier accepted between the two instants and has not reported on since `before`; those that were
 * looked up longest ago come first.
 */
export async function unreportedTexts(
  db: Db,
  { sentAfter, before, limit }: { sentAfter: Date; before: Date; limit: number },
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

/** Texts that are to be sent and have not changed since `before`: their workflow may be lost. */
export async function stalledTexts(
  db: Db,
  { before, after, limit }: { before: Date; after: string | null; limit: number },
): Promise<Pick<Message, 'id'>[]> {
  let query = db
    .selectFrom('messages')
    .select('id')
    .where('channel', '=', 'sms')
    .where('status', 'in', ['scheduled', 'sending'])
    .where('updated_at', '<', before)
    .where((where) => where.or([where('not_before', 'is', null), where('not_before', '<', before)]));
  if (after !== null) query = query.where('id', '>', after);
  return await query.orderBy('id').limit(limit).execute();
}

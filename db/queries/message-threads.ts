import { sql } from 'kysely';
import type { Direction } from '#domain/call.ts';
import type { Db } from '../client.ts';
import type { Message } from './messages.ts';

/** The latest message with a number, whose lead it is about, and whether the number may be written to. */
export interface MessageThread extends Message {
  lead_name: string | null;
  opted_out: boolean;
}

/**
 * One row a number, the latest first; one row more than `limit`, where there is one. `direction` is of the latest
 * message: inbound ones wait for an answer.
 */
export async function listThreads(
  db: Db,
  filter: { direction?: Direction | undefined },
  page: { before: { createdAt: Date; id: string } | null; limit: number },
): Promise<MessageThread[]> {
  let query = db
    .selectFrom('messages')
    .leftJoin('leads', 'leads.id', 'messages.lead_id')
    .selectAll('messages')
    .select('leads.name as lead_name')
    // A value, and no "exists", for which all opt-outs would be gathered before the first row.
    .select(
      sql<boolean>`(select true from opt_outs where opt_outs.phone = messages.phone) is not null`.as(
        'opted_out',
      ),
    )
    // The offset keeps it a question asked row by row along the index of the list: as a join it would be answered for
    // every message there is before the first page.
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

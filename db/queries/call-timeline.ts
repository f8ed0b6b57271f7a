import type { Selectable } from 'kysely';
import type { Db } from '../client.ts';
import type { WebhookEventsTable } from '../schema/events.ts';
import type { LoggedEvent } from './event-log.ts';

/** A webhook that was heard of a call, without what it said. */
export type HeardWebhook = Pick<
  Selectable<WebhookEventsTable>,
  'id' | 'provider' | 'type' | 'deliveries' | 'received_at' | 'merged_at'
>;

/** What happened to a call and what was heard of it, the first of each first, at most `limit` of each. */
export async function readCallTimeline(
  db: Db,
  callId: string,
  limit: number,
): Promise<{ events: LoggedEvent[]; webhooks: HeardWebhook[] }> {
  const [events, webhooks] = await Promise.all([
    db.selectFrom('events').selectAll().where('call_id', '=', callId).orderBy('id').limit(limit).execute(),
    db
      .selectFrom('webhook_events')
      .select(['id', 'provider', 'type', 'deliveries', 'received_at', 'merged_at'])
      .where('call_id', '=', callId)
      .orderBy('id')
      .limit(limit)
      .execute(),
  ]);
  return { events, webhooks };
}

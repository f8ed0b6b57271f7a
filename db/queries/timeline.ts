import { type Selectable, sql } from 'kysely';
import type { Db } from '../client.ts';
import type { DeliveriesTable } from '../schema/deliveries.ts';
import type { DecisionsTable } from '../schema/gate.ts';
import type { FollowUpsTable, MessagesTable } from '../schema/messages.ts';
import { type Call, findCalls } from './calls.ts';
import type { LoggedEvent } from './events.ts';
import type { Lead } from './leads.ts';

export type Delivery = Selectable<DeliveriesTable> & { url: string };

/** What happened, and what it happened to. */
export interface TimelineEntry {
  event: LoggedEvent;
  call: Call | null;
  message: Selectable<MessagesTable> | null;
  followUp: Selectable<FollowUpsTable> | null;
  delivery: Delivery | null;
  decision: Selectable<DecisionsTable> | null;
}

/**
 * What happened to a lead, the latest first, and what passed with its contact without it: texts that were matched
 * to another lead with the same number, or to none, and an opt-out, which holds for all of them. One entry more than
 * `limit`, where there is one.
 */
export async function readTimeline(
  db: Db,
  lead: Pick<Lead, 'id' | 'phone'>,
  page: { before: number | null; limit: number },
): Promise<TimelineEntry[]> {
  const before = page.before ?? Number.MAX_SAFE_INTEGER;
  const rows = page.limit + 1;
  const ofLead = db
    .selectFrom('events')
    .selectAll('events')
    .where('events.lead_id', '=', lead.id)
    .where('events.id', '<', before)
    .orderBy('events.id', 'desc')
    .limit(rows);
  const ofContact = db
    .selectFrom('messages')
    .innerJoin('events', 'events.message_id', 'messages.id')
    .selectAll('events')
    .where('messages.phone', '=', lead.phone)
    .where(sql<boolean>`messages.lead_id is distinct from ${lead.id}`)
    .where(sql<boolean>`events.lead_id is distinct from ${lead.id}`)
    .where('events.id', '<', before)
    .orderBy('events.id', 'desc')
    .limit(rows);
  const optOuts = db
    .selectFrom('leads')
    .innerJoin('events', 'events.lead_id', 'leads.id')
    .selectAll('events')
    .where('leads.phone', '=', lead.phone)
    .where('leads.id', '!=', lead.id)
    .where('events.type', 'in', ['contact.opted_out', 'contact.opted_in'])
    .where('events.id', '<', before)
    .orderBy('events.id', 'desc')
    .limit(rows);
  const found = await Promise.all([ofLead.execute(), ofContact.execute(), optOuts.execute()]);
  // A text that opted out is found twice.
  const once = new Map(found.flat().map((event) => [event.id, event]));
  const events = [...once.values()].sort((one, other) => other.id - one.id).slice(0, rows);
  return await embed(db, events);
}

async function embed(db: Db, events: readonly LoggedEvent[]): Promise<TimelineEntry[]> {
  const ids = (pick: (event: LoggedEvent) => string | number | null) => [
    ...new Set(events.map(pick).filter((id) => id !== null)),
  ];
  const [calls, messages, followUps, deliveries, decisions] = await Promise.all([
    byId(ids(({ call_id }) => call_id) as string[], (some) => findCalls(db, some)),
    byId(ids(({ message_id }) => message_id) as string[], (some) =>
      db.selectFrom('messages').selectAll().where('id', 'in', some).execute(),
    ),
    byId(ids(({ follow_up_id }) => follow_up_id) as string[], (some) =>
      db.selectFrom('follow_ups').selectAll().where('id', 'in', some).execute(),
    ),
    byId(ids(({ delivery_id }) => delivery_id) as string[], (some) =>
      db
        .selectFrom('deliveries')
        .innerJoin('webhook_endpoints', 'webhook_endpoints.id', 'deliveries.endpoint_id')
        .selectAll('deliveries')
        .select('webhook_endpoints.url')
        .where('deliveries.id', 'in', some)
        .execute(),
    ),
    byId(ids(decisionId) as number[], (some) =>
      db.selectFrom('decisions').selectAll().where('id', 'in', some).execute(),
    ),
  ]);
  return events.map((event) => ({
    event,
    call: calls.get(event.call_id) ?? null,
    message: messages.get(event.message_id) ?? null,
    followUp: followUps.get(event.follow_up_id) ?? null,
    delivery: deliveries.get(event.delivery_id) ?? null,
    decision: decisions.get(decisionId(event)) ?? null,
  }));
}

function decisionId({ data }: LoggedEvent): number | null {
  return typeof data.decisionId === 'number' ? data.decisionId : null;
}

async function byId<Id, Row extends { id: Id }>(
  ids: Id[],
  read: (ids: Id[]) => Promise<Row[]>,
): Promise<Map<Id | null, Row>> {
  const rows = ids.length === 0 ? [] : await read(ids);
  return new Map(rows.map((row) => [row.id, row]));
}

import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import type { AttributionState, CallKind, CallStatus, Direction, Disposition, Reach } from '#domain/call.ts';
import type { Db, Tx } from '../client.ts';
import type { CallDetailsTable, CallsTable } from '../schema/calls.ts';
import type { Database } from '../schema/database.ts';
import type { DecisionsTable } from '../schema/gate.ts';
import { callHas } from './call-search.ts';

/** A call, whether it is on the list of what needs a person, and its lead's name. */
export type Call = Selectable<CallsTable> & { needs_attention: boolean; name: string | null };

/** All calls, for a query to choose from. */
export function callsOf(db: Db | Tx): SelectQueryBuilder<Database, 'calls', Call> {
  return db
    .selectFrom('calls')
    .selectAll('calls')
    .select(
      sql<boolean>`exists (select from attention
        where kind = 'unknown_call' and subject = calls.id and settled_at is null)`.as('needs_attention'),
    )
    .select(sql<string | null>`(select leads.name from leads where leads.id = calls.lead_id)`.as('name'));
}

export interface CallFilter {
  campaignId?: string | undefined;
  attribution?: AttributionState | undefined;
  leadId?: string | undefined;
  agentId?: string | undefined;
  ids?: string[] | undefined;
  status?: CallStatus | undefined;
  reach?: Reach | undefined;
  disposition?: Disposition | undefined;
  direction?: Direction | undefined;
  kind?: CallKind | undefined;
  /** True: calls that were placed outside of campaigns; false: all others. */
  single?: boolean | undefined;
  /** Started at or after. */
  from?: Date | undefined;
  /** Started before. */
  to?: Date | undefined;
  /** Part of the person's number or name (see `textHas`), or a whole conversation or carrier id. */
  q?: string | undefined;
}

function entriesOf<T extends object>(values: T): [keyof T, T[keyof T]][] {
  return Object.entries(values) as [keyof T, T[keyof T]][];
}

/** Latest first; one row more than `limit`, where there is one. */
export async function listCalls(
  db: Db,
  filter: CallFilter,
  page: { before: { startedAt: Date; id: string } | null; limit: number },
): Promise<Call[]> {
  let query = callsOf(db);
  if (filter.campaignId !== undefined) query = query.where('calls.campaign_id', '=', filter.campaignId);
  if (filter.attribution === 'attributed') query = query.where('calls.lead_id', 'is not', null);
  if (filter.attribution === 'unattributed') {
    // A call outside of campaigns is nobody's, and known.
    query = query
      .where('calls.lead_id', 'is', null)
      .where('calls.kind', '=', 'phone')
      .where('calls.attempt', 'is', null);
  }
  const isSingle = sql<boolean>`(calls.campaign_id is null and calls.attempt is not null)`;
  if (filter.single === true) query = query.where(isSingle);
  if (filter.single === false) query = query.where(sql<boolean>`not ${isSingle}`);
  if (filter.ids !== undefined) query = query.where(sql<boolean>`calls.id = any(${filter.ids})`);
  const exact = {
    'calls.lead_id': filter.leadId,
    'calls.agent_id': filter.agentId,
    'calls.status': filter.status,
    'calls.reach': filter.reach,
    'calls.disposition': filter.disposition,
    'calls.direction': filter.direction,
    'calls.kind': filter.kind,
  } as const;
  for (const [column, value] of entriesOf(exact)) {
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (filter.from !== undefined) query = query.where('calls.started_at', '>=', filter.from);
  if (filter.to !== undefined) query = query.where('calls.started_at', '<', filter.to);
  if (filter.q !== undefined) query = query.where(await callHas(db, filter.q, filter));
  if (page.before !== null) {
    const { startedAt, id } = page.before;
    query = query.where(sql<boolean>`(calls.started_at, calls.id) < (${startedAt}, ${id})`);
  }
  return await query
    .orderBy('calls.started_at', 'desc')
    .orderBy('calls.id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

/** Calls under way, longest first. There are never more than the workspace has lines; `limit` bounds them all the same. */
export async function listLiveCalls(db: Db, limit: number): Promise<Call[]> {
  return await callsOf(db)
    .where('calls.status', '!=', 'ended')
    .orderBy('calls.started_at')
    .orderBy('calls.id')
    .limit(limit)
    .execute();
}

/** Null when there is none. */
export async function findCall(db: Db | Tx, id: string): Promise<Call | null> {
  return (await callsOf(db).where('calls.id', '=', id).executeTakeFirst()) ?? null;
}

/** Those of these calls that there are, in no order. */
export async function findCalls(db: Db, ids: readonly string[]): Promise<Call[]> {
  return await callsOf(db)
    .where('calls.id', 'in', [...ids])
    .execute();
}

export type CallDetails = Pick<Selectable<CallDetailsTable>, 'transcript' | 'analysis' | 'quality'>;

/** The bulky part of a call; nulls when there is none yet. */
export async function findCallDetails(db: Db | Tx, callId: string): Promise<CallDetails> {
  const details = await db
    .selectFrom('call_details')
    .select(['transcript', 'analysis', 'quality'])
    .where('call_id', '=', callId)
    .executeTakeFirst();
  return details ?? { transcript: null, analysis: null, quality: null };
}

/** The gate's answer that a call was placed on. */
export async function findDecision(db: Db, id: number): Promise<Selectable<DecisionsTable> | null> {
  return (await db.selectFrom('decisions').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

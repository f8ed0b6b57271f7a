import { type Insertable, type RawBuilder, type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import type { AttributionState, CallKind, CallStatus, Direction, Disposition, Reach } from '#domain/call.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { CallDetailsTable, CallsTable } from '../schema/calls.ts';
import type { Database } from '../schema/database.ts';
import type { WebhookEventsTable } from '../schema/events.ts';
import type { LoggedEvent } from './events.ts';
import { FEW, leadHas, numberHas, searching, seekLeads } from './search.ts';

export type CallRow = Selectable<CallsTable>;

/** A call, whether it is on the list of what needs a person, and its lead's name. */
export type Call = CallRow & { needs_attention: boolean; name: string | null };

/** All calls, for a query to choose from. */
function callsOf(db: Db | Tx): SelectQueryBuilder<Database, 'calls', Call> {
  return db
    .selectFrom('calls')
    .selectAll('calls')
    .select(
      sql<boolean>`exists (select from attention
        where kind in ('unknown_call', 'unended_call') and subject = calls.id and settled_at is null)`.as(
        'needs_attention',
      ),
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
  /** True: one-off calls; false: all others. */
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
    // A one-off call has no lead and needs none.
    query = query
      .where('calls.lead_id', 'is', null)
      .where('calls.kind', '=', 'phone')
      .where('calls.attempt', 'is', null);
  }
  const isOneOff = sql<boolean>`(calls.campaign_id is null and calls.attempt is not null)`;
  if (filter.single === true) query = query.where(isOneOff);
  if (filter.single === false) query = query.where(sql<boolean>`not ${isOneOff}`);
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

/** Rows that an export holds in memory. */
const EXPORT_PAGE = 1_000;

/** A campaign's calls, oldest first, page by page. What begins meanwhile comes last. */
export async function* pagesOfCalls(db: Db, campaignId: string): AsyncGenerator<Call[]> {
  for (let last: Call | undefined; ; ) {
    let query = callsOf(db).where('calls.campaign_id', '=', campaignId);
    if (last !== undefined) {
      query = query.where(sql<boolean>`(calls.started_at, calls.id) > (${last.started_at}, ${last.id})`);
    }
    const rows: Call[] = await query
      .orderBy('calls.started_at')
      .orderBy('calls.id')
      .limit(EXPORT_PAGE)
      .execute();
    if (rows.length > 0) yield rows;
    last = rows.at(-1);
    if (rows.length < EXPORT_PAGE) return;
  }
}

/** Calls under way, longest first. They are never more than the workspace has lines; `limit` bounds them all the same. */
export async function listLiveCalls(db: Db, limit: number): Promise<Call[]> {
  return await callsOf(db)
    .where('calls.status', '!=', 'ended')
    .orderBy('calls.started_at')
    .orderBy('calls.id')
    .limit(limit)
    .execute();
}

/**
 * The condition that a call is with a person whose number or name has this in it, or has it for its provider's id.
 * People are searched first: no index of calls knows their names.
 */
async function callHas(
  db: Db,
  q: string,
  { campaignId, attribution }: Pick<CallFilter, 'campaignId' | 'attribution'>,
): Promise<RawBuilder<boolean>> {
  const { leads, others } = await searching(db, async (tx) => ({
    leads: attribution === 'unattributed' ? [] : await seekLeads(tx, q, { campaignId, columns: ['name'] }),
    others: await seekCallsApart(tx, q, campaignId),
  }));
  const byId = sql`calls.conversation_id = ${q} or calls.call_sid = ${q}`;
  if (leads !== null && others !== null) {
    return sql`(calls.lead_id = any(${leads}::uuid[]) or calls.id = any(${others}::text[]) or ${byId})`;
  }
  // One lead's value, not "exists": that would gather all such leads before it looks at the first call.
  const ofLead = sql`(select ${leadHas(q, ['name'])} from leads where leads.id = calls.lead_id)`;
  return sql`(${numberHas('calls.phone', q)} or ${byId} or ${ofLead})`;
}

/**
 * Calls that have a number of their own; a dial to a lead has the lead's. Null when there are more than a few.
 */
async function seekCallsApart(tx: Tx, q: string, campaignId: string | undefined): Promise<string[] | null> {
  let query = tx
    .selectFrom('calls')
    .select('id')
    .where(sql<boolean>`(attempt is null or lead_id is null)`)
    .where(numberHas('phone', q));
  if (campaignId !== undefined) query = query.where('campaign_id', '=', campaignId);
  const rows = await query.limit(FEW + 1).execute();
  return rows.length > FEW ? null : rows.map(({ id }) => id);
}

/** Null when there is none. */
export async function findCall(db: Db | Tx, id: string): Promise<Call | null> {
  return (await callsOf(db).where('calls.id', '=', id).executeTakeFirst()) ?? null;
}

/** The latest call with a number that is under way and has a conversation; null when there is none. */
export async function findLiveCall(db: Db | Tx, phone: string): Promise<CallRow | null> {
  const call = await db
    .selectFrom('calls')
    .selectAll()
    .where('phone', '=', phone)
    .where('status', '!=', 'ended')
    .where('conversation_id', 'is not', null)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return call ?? null;
}

const nextAttempt =
  sql<number>`coalesce(min(attempt) filter (where concluded_at is null), max(attempt) + 1, 1)`.as('attempt');

/** The attempt of a lead that is under way, else the one after the last. */
export async function readNextAttempt(db: Db | Tx, leadId: string): Promise<number> {
  const { attempt } = await db
    .selectFrom('calls')
    .select(nextAttempt)
    .where('lead_id', '=', leadId)
    .executeTakeFirstOrThrow();
  return attempt;
}

/** The id of the row of a lead's attempt; null when it has none. */
export async function findCallOfAttempt(
  db: Db,
  { leadId, attempt }: { leadId: string; attempt: number },
): Promise<string | null> {
  const row = await db
    .selectFrom('calls')
    .select('id')
    .where('lead_id', '=', leadId)
    .where('attempt', '=', attempt)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** As `readNextAttempt`, of several leads; those that were never called are left out. */
export async function readNextAttempts(db: Db, leadIds: readonly string[]): Promise<Map<string, number>> {
  if (leadIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('calls')
    .select((of) => [of.ref('lead_id').$notNull().as('leadId'), nextAttempt])
    .where('lead_id', 'in', leadIds)
    .groupBy('lead_id')
    .execute();
  return new Map(rows.map(({ leadId, attempt }) => [leadId, attempt]));
}

/** Whether a later attempt may have been placed: then the lead shows that one as its last call. */
export async function wasCalledAgain(
  tx: Tx,
  { lead_id: leadId, attempt }: Pick<CallRow, 'lead_id' | 'attempt'>,
): Promise<boolean> {
  const later = await tx
    .selectFrom('calls')
    .select('id')
    .where('lead_id', '=', leadId)
    .where('attempt', '>', attempt)
    .where(sql<boolean>`reach is distinct from 'not_placed'`)
    .limit(1)
    .executeTakeFirst();
  return later !== undefined;
}

/** Those of these calls that exist, in no order. */
export async function findCalls(db: Db, ids: readonly string[]): Promise<Call[]> {
  return await callsOf(db)
    .where('calls.id', 'in', [...ids])
    .execute();
}

/** @throws Error when there is none */
export async function readCallRow(db: Db | Tx, id: string): Promise<CallRow> {
  return await db.selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
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

/** A webhook about a call, without its payload. */
export type CallWebhook = Pick<
  Selectable<WebhookEventsTable>,
  'id' | 'provider' | 'type' | 'deliveries' | 'received_at' | 'merged_at'
>;

/** What happened to a call and the webhooks about it, oldest first, at most `limit` of each. */
export async function readCallTimeline(
  db: Db,
  callId: string,
  limit: number,
): Promise<{ events: LoggedEvent[]; webhooks: CallWebhook[] }> {
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

/** What facts may change in a call, with its columns' types. */
const COLUMNS = {
  conversation_id: 'text',
  call_sid: 'text',
  has_audio: 'boolean',
  sentiment: 'text',
  from_number: 'text',
  status: 'text',
  reach: 'text',
  source: 'text',
  verdict: 'text',
  answered_at: 'timestamptz',
  ended_at: 'timestamptz',
  talk_seconds: 'int',
  cost_cents: 'numeric',
  summary: 'text',
  termination_reason: 'text',
  failure: 'text',
  converted: 'boolean',
  converted_by: 'text',
  conversion_reason: 'jsonb',
  disposition: 'text',
  score: 'int',
  score_parts: 'jsonb',
} as const satisfies Partial<Record<keyof CallsTable, string>>;

type Column = keyof typeof COLUMNS;
const names = Object.keys(COLUMNS) as Column[];

const set = sql.raw(names.map((name) => `${name} = new.${name}`).join(', '));
const types = sql.raw(names.map((name) => `${name} ${COLUMNS[name]}`).join(', '));

/** A call as it was read, with columns as they are to be written. */
type ChangedCall = Pick<Selectable<CallsTable>, 'id'> & {
  [name in Column]: Selectable<CallsTable>[name] | Insertable<CallsTable>[name];
};

/**
 * Writes calls in one statement. The rows must be locked: the planner chooses the order in which it writes them. What
 * they add to the totals is written in one order for everybody afterwards (`keep_totals_of_updated`).
 */
export async function saveCalls(tx: Tx, calls: readonly ChangedCall[]): Promise<void> {
  const rows = calls.map((call) => ({
    id: call.id,
    ...Object.fromEntries(names.map((name) => [name, columnOf(call, name)])),
  }));
  await sql`
    update calls set ${set}
    from jsonb_to_recordset(${toJson(rows)}::jsonb) as new (id text, ${types})
    where calls.id = new.id`.execute(tx);
}

/** JSON comes as text where it is new, and parsed where it was read. */
function columnOf(call: ChangedCall, name: Column): unknown {
  const value = call[name];
  return COLUMNS[name] === 'jsonb' && typeof value === 'string' ? JSON.parse(value) : value;
}

/** Notes that there is a recording of a conversation, where its call is known. */
export async function noteRecording(tx: Tx, conversationId: string | null): Promise<void> {
  if (conversationId === null) return;
  await tx
    .updateTable('calls')
    .set({ has_audio: true })
    .where('conversation_id', '=', conversationId)
    .execute();
}

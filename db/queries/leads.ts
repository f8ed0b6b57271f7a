import { type Selectable, sql, type Updateable } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Reach } from '#domain/call.ts';
import type { HoldRule } from '#domain/gate.ts';
import { type LeadOutcome, type LeadState, OPEN_LEAD_STATES } from '#domain/lead.ts';
import type { NormalisedLead } from '#domain/lead-row.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { DecisionsTable } from '../schema/gate.ts';
import type { LeadsTable } from '../schema/leads.ts';
import { leadHas, searching, seekLeads } from './search.ts';

export type Lead = Selectable<LeadsTable>;

/** Null when there is none. */
export async function findLead(db: Db | Tx, id: string): Promise<Lead | null> {
  return (await db.selectFrom('leads').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Holds the lead until the transaction ends. */
export async function lockLead(tx: Tx, id: string): Promise<Lead | null> {
  return (
    (await tx.selectFrom('leads').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()) ?? null
  );
}

/** Holds these leads until the transaction ends, in one order for everybody. */
export async function lockLeads(tx: Tx, ids: readonly string[]): Promise<Lead[]> {
  return await tx
    .selectFrom('leads')
    .selectAll()
    .where('id', 'in', [...new Set(ids)])
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** Changes a lead that the caller holds. Returns it as it is then. */
export async function changeLead(tx: Tx, id: string, change: Updateable<LeadsTable>): Promise<Lead> {
  return await tx
    .updateTable('leads')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

// Lists and searches

/** What holds a lead that has calls to come; `none`: nothing, so that it may be called now. */
export type LeadHold = HoldRule | 'none';

export interface LeadFilter {
  state?: LeadState | undefined;
  /** Held by any of these, as `readHolds` counts them at an instant. */
  hold?: { by: readonly LeadHold[]; now: Date } | undefined;
  /** Any of these. */
  outcome?: readonly LeadOutcome[] | undefined;
  /** Of the last call. */
  reach?: Reach | undefined;
  /** Part of a name, e-mail address or number, in any case; fewer than three letters or digits: how it begins. */
  q?: string | undefined;
}

/** What holds a lead whose time has not come; one that was never looked at waits for its hours. */
export const heldBy = sql<LeadHold>`coalesce(hold_rule, 'window')`;

const SEARCHED = ['name', 'email'] as const;

/** A campaign's leads in the order in which they were added; one row more than `limit`, where there is one. */
export async function listLeads(
  db: Db,
  campaignId: string,
  filter: LeadFilter,
  page: { after: string | null; limit: number },
): Promise<Lead[]> {
  let query = db.selectFrom('leads').selectAll().where('campaign_id', '=', campaignId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.reach !== undefined) query = query.where('last_reach', '=', filter.reach);
  if (filter.outcome !== undefined) query = query.where('outcome', 'in', filter.outcome);
  if (filter.hold !== undefined) {
    const { by, now } = filter.hold;
    query = query.where('state', 'in', ['waiting', 'backing_off']).where((where) => {
      const held = where.and([where('not_before', '>', now), where(heldBy, 'in', by)]);
      return by.includes('none') ? where.or([held, where('not_before', '<=', now)]) : held;
    });
  }
  if (filter.q !== undefined) {
    const { q } = filter;
    const few = await searching(db, (tx) => seekLeads(tx, q, { campaignId, columns: SEARCHED }));
    query = query.where(few === null ? leadHas(q, SEARCHED) : sql<boolean>`id = any(${few}::uuid[])`);
  }
  if (page.after !== null) query = query.where('id', '>', page.after);
  return await query
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
}

/** A lead with the name of its campaign. */
export interface FoundLead extends Lead {
  campaign_name: string;
}

/** Leads of every campaign that contain this, the one added last first; one row more than `limit`, where there is one. */
export async function searchLeads(
  db: Db,
  q: string,
  page: { before: string | null; limit: number },
): Promise<FoundLead[]> {
  const few = await searching(db, (tx) => seekLeads(tx, q, { campaignId: undefined, columns: SEARCHED }));
  let query = db
    .selectFrom('leads')
    .innerJoin('campaigns', 'campaigns.id', 'leads.campaign_id')
    .selectAll('leads')
    .select('campaigns.name as campaign_name')
    .where(few === null ? leadHas(q, SEARCHED) : sql<boolean>`leads.id = any(${few}::uuid[])`);
  if (page.before !== null) query = query.where('leads.id', '<', page.before);
  return await query
    .orderBy('leads.id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

/** Rows that an export holds in memory. */
const EXPORT_PAGE = 1_000;

/** A campaign's leads in the order in which they were added, page by page: memory holds one page. */
export async function* pagesOfLeads(db: Db, campaignId: string): AsyncGenerator<Lead[]> {
  for (let after: string | null = null; ; ) {
    const page = { after, limit: EXPORT_PAGE };
    const rows: Lead[] = (await listLeads(db, campaignId, {}, page)).slice(0, EXPORT_PAGE);
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.id ?? null;
    if (rows.length < EXPORT_PAGE) return;
  }
}

/** Names of all variables that a campaign's leads have, in alphabetical order. Reads every lead once. */
export async function variableNames(db: Db, campaignId: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct variable.name from leads, lateral jsonb_object_keys(variables) as variable (name)
    where campaign_id = ${campaignId} order by variable.name`.execute(db);
  return rows.map(({ name }) => name);
}

// The leads behind a number

/** One of the leads behind a number. */
export interface ContactLead {
  leadId: string;
  campaignId: string;
  /** The lead's own, which may be another than the one it was found by. */
  phone: string;
  state: LeadState;
  zones: string[];
  /** When it was last called or written to; null when never. */
  contactedAt: Date | null;
}

/** One number may be a lead of many campaigns; nobody reads more of them than this. */
const MOST_LEADS = 100;

/** Every lead with this number, or with one that the number is known to belong to; the one contacted last comes first. */
export async function leadsOfContact(db: Db | Tx, phone: string): Promise<ContactLead[]> {
  const { rows } = await sql<{
    id: string;
    campaign_id: string;
    phone: string;
    state: LeadState;
    zones: string[];
    contacted_at: Date | null;
  }>`
    select leads.id, leads.campaign_id, leads.phone, leads.state, leads.zones, greatest(
      (select max(started_at) from calls where lead_id = leads.id and direction = 'outbound'),
      (select max(created_at) from messages where lead_id = leads.id and direction = 'outbound')
    ) as contacted_at
    from leads
    where leads.phone = ${phone}
      or leads.phone = (select contact_phone from contact_aliases where phone = ${phone})
      or leads.id = (select lead_id from contact_aliases where phone = ${phone})
    order by contacted_at desc nulls last, leads.id desc
    limit ${MOST_LEADS}`.execute(db);
  return rows.map((row) => ({
    leadId: row.id,
    campaignId: row.campaign_id,
    phone: row.phone,
    state: row.state,
    zones: row.zones,
    contactedAt: row.contacted_at,
  }));
}

/** Their person has replied at this instant, or later. */
export async function markReplied(tx: Tx, leadIds: readonly string[], at: Date): Promise<void> {
  if (leadIds.length === 0) return;
  await tx
    .updateTable('leads')
    .set({ replied_at: sql<Date>`greatest(replied_at, ${at}::timestamptz)` })
    .where('id', 'in', leadIds)
    .execute();
}

/** Leads that wait, and whose workflow does not know yet that their person replied, in the order of their ids. */
export async function pendingReplies(
  db: Db,
  { before, after, limit }: { before: Date; after: string | null; limit: number },
): Promise<{ leadId: string; repliedAt: Date }[]> {
  let query = db
    .selectFrom('leads')
    .select((of) => ['id as leadId', of.ref('replied_at').$notNull().as('repliedAt')])
    .where('replied_at', '<', before)
    .where(sql<boolean>`(reply_told_at is null or reply_told_at < replied_at)`)
    .where('state', 'in', ['queued', 'backing_off']);
  if (after !== null) query = query.where('id', '>', after);
  return await query.orderBy('id').limit(limit).execute();
}

/** Their workflows know of every reply up to this instant. */
export async function markRepliesNotified(db: Db, leadIds: readonly string[], upTo: Date): Promise<void> {
  if (leadIds.length === 0) return;
  await db
    .updateTable('leads')
    .set({ reply_told_at: upTo })
    .where('id', 'in', leadIds)
    .where(sql<boolean>`(reply_told_at is null or reply_told_at < ${upTo})`)
    .execute();
}

// Adding

/**
 * Makes sure that there is a contact for each phone number, and keeps others from locking one of them. Call it before
 * the campaign is locked: contacts come first in the order of locks.
 */
export async function ensureContacts(tx: Tx, phones: readonly string[]): Promise<void> {
  const sorted = [...new Set(phones)].sort();
  await sql`
    insert into contacts (phone) select unnest(${sorted}::text[])
    on conflict do nothing`.execute(tx);
  await sql`
    select from contacts where phone = any(${sorted}::text[]) order by phone for key share`.execute(tx);
}

/** Adds leads to a campaign. Returns the numbers that were added; the others are in the campaign already. */
export async function insertLeads(
  tx: Tx,
  { campaignId, leads, now }: { campaignId: string; leads: readonly NormalisedLead[]; now: Date },
): Promise<Set<string>> {
  const rows = leads.map((lead) => ({
    id: uuid(),
    phone: lead.phone,
    name: lead.name,
    email: lead.email,
    country: lead.country,
    region: lead.region,
    postal_code: lead.postalCode,
    time_zone: lead.timeZone,
    consent: lead.consent,
    zones: lead.zones,
    variables: lead.variables,
  }));
  const { rows: added } = await sql<{ phone: string }>`
    insert into leads (id, campaign_id, phone, name, email, country, region, postal_code, time_zone,
      consent, zones, variables, not_before, created_at, updated_at)
    select id, ${campaignId}::uuid, phone, name, email, country, region, postal_code, time_zone,
      consent, zones, variables, ${now}, ${now}, ${now}
    from json_to_recordset(${toJson(rows)}::json) as row(id uuid, phone text, name text, email text,
      country text, region text, postal_code text, time_zone text, consent text, zones text[],
      variables jsonb)
    on conflict (campaign_id, phone) do nothing
    returning phone`.execute(tx);
  return new Set(added.map(({ phone }) => phone));
}

// What keeps a lead from being called

export interface LeadBlocks {
  optedOut: boolean;
  /** The gate's last answer for this lead; null when it was never asked. */
  lastDecision: Pick<Selectable<DecisionsTable>, 'verdict' | 'rule' | 'detail' | 'until'> | null;
  /** The limit that a call under way to this lead has outlasted; null when none has. */
  overdueSince: Date | null;
}

/** What may keep a lead from being called, besides its own row and its campaign's. */
export async function readLeadBlocks(
  db: Db,
  lead: Pick<Lead, 'id' | 'phone' | 'campaign_id'>,
): Promise<LeadBlocks> {
  const { rows } = await sql<{
    opted_out: boolean;
    verdict: DecisionsTable['verdict'] | null;
    rule: DecisionsTable['rule'];
    detail: string | null;
    until: Date | null;
    overdue_since: Date | null;
  }>`
    select exists (select from opt_outs where phone = ${lead.phone}) as opted_out,
      (select min(overdue_since) from calls where lead_id = ${lead.id} and status <> 'ended') as overdue_since,
      last.verdict, last.rule, last.detail, last.until
    from (values (1)) as one
    left join lateral (
      select verdict, rule, detail, until from decisions where lead_id = ${lead.id} order by id desc limit 1
    ) as last on true`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error('A query without a condition had no row.');
  const { opted_out, verdict, rule, detail, until, overdue_since } = row;
  return {
    optedOut: opted_out,
    lastDecision: verdict === null ? null : { verdict, rule, detail, until },
    overdueSince: overdue_since,
  };
}

// What a running campaign reads and writes

/** A lead whose time has come. */
export interface DueLead {
  id: string;
  zones: string[];
  /** Since when, in ms: by this a later change of its time is noticed. */
  dueMs: number;
  /** It was called before, or its first call was put off by the gate: it may have a workflow. */
  started: boolean;
}

/**
 * Leads without a line whose time has come: those that were promised a call, then those that are tried again, then
 * those that wait for their first call; of each the longest due first.
 */
export async function readDueLeads(
  db: Db,
  {
    campaignId,
    now,
    limit,
    without,
  }: { campaignId: string; now: Date; limit: number; without: readonly string[] },
): Promise<DueLead[]> {
  const due = (rank: number, condition: string) => sql`(
    select id, zones, state, not_before, ${rank}::int as rank from leads
    where campaign_id = ${campaignId} and ${sql.raw(condition)} and not_before <= ${now}
      and id <> all (${[...without]}::uuid[])
    order by not_before, id limit ${limit})`;
  const { rows } = await sql<{ id: string; zones: string[]; due_ms: number; started: boolean }>`
    select id, zones, floor(extract(epoch from not_before) * 1000)::int8 as due_ms, state = 'backing_off' as started
    from (${due(0, AGAIN.promised)} union all ${due(1, AGAIN.again)} union all ${due(2, AGAIN.first)}) as due
    order by rank, not_before, id limit ${limit}`.execute(db);
  return rows.map(({ id, zones, due_ms, started }) => ({ id, zones, dueMs: due_ms, started }));
}

/** Each as the index says it that holds these leads in the order of their times. */
const AGAIN = {
  promised: `state = 'backing_off' and promised`,
  again: `state = 'backing_off' and not promised`,
  first: `state = 'waiting'`,
} as const;

/** When the next lead without a line is due, after `now`; null when none is. */
export async function readNextDueAt(db: Db, campaignId: string, now: Date): Promise<Date | null> {
  const next = (condition: string) => sql`(
    select not_before from leads
    where campaign_id = ${campaignId} and ${sql.raw(condition)} and not_before > ${now}
    order by not_before limit 1)`;
  const { rows } = await sql<{ at: Date | null }>`
    select least(${next(AGAIN.promised)}, ${next(AGAIN.again)}, ${next(AGAIN.first)}) as at`.execute(db);
  return rows[0]?.at ?? null;
}

/** Whether any lead of the campaign is not finished. */
export async function hasOpenLeads(db: Db | Tx, campaignId: string): Promise<boolean> {
  const { rows } = await sql<{ open: boolean }>`
    select exists (select from leads where campaign_id = ${campaignId} and state = any (${OPEN_LEAD_STATES})) as open`.execute(
    db,
  );
  return rows[0]?.open ?? false;
}

/** Those of these leads that are in one of the states. */
export async function leadsInState(
  db: Db,
  leads: { ids: readonly string[] } | { campaignId: string },
  states: readonly LeadState[],
): Promise<string[]> {
  const query = db.selectFrom('leads').select('id').where('state', 'in', states);
  const rows = await ('ids' in leads
    ? query.where('id', 'in', leads.ids)
    : query.where('campaign_id', '=', leads.campaignId)
  ).execute();
  return rows.map(({ id }) => id);
}

/** Leads that have a line or a call, and have not changed since an instant; those that were looked at longest ago first. */
export async function silentLeads(
  db: Db,
  { since, limit }: { since: Date; limit: number },
): Promise<{ leadId: string; campaignId: string }[]> {
  return await db
    .selectFrom('leads')
    .select(['id as leadId', 'campaign_id as campaignId'])
    .where('state', 'in', ['queued', 'calling'])
    .where('updated_at', '<', since)
    .where('not_before', '<', since)
    .orderBy('updated_at')
    .limit(limit)
    .execute();
}

/** They were looked at: the others' turn comes first. */
export async function touchLeads(db: Db, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    with held as (select id from leads where id = any(${[...ids]}::uuid[]) order by id for no key update)
    update leads set updated_at = ${now} from held where leads.id = held.id`.execute(db);
}

/** Marks leads that were granted a line, unless their time has changed since: they are on their way to the gate. */
export async function queueLeads(
  db: Db,
  granted: readonly (readonly [leadId: string, dueMs: number])[],
  now: Date,
): Promise<void> {
  if (granted.length === 0) return;
  await sql`
    update leads set state = 'queued', updated_at = ${now}
    from unnest(${granted.map(([id]) => id)}::uuid[], ${granted.map(([, ms]) => ms)}::int8[]) as granted (id, due_ms)
    where leads.id = granted.id and leads.state in ('waiting', 'backing_off')
      and floor(extract(epoch from leads.not_before) * 1000)::int8 = granted.due_ms`.execute(db);
}

/** Makes a lead due at once that has no line and no call. False when it is finished. */
export async function makeDue(tx: Tx, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('leads')
    .set({ state: 'backing_off', not_before: now, updated_at: now })
    .where('id', '=', id)
    .where('state', '!=', 'finished')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** As `queueLeads`, for leads whose first workflow was started. */
export async function markStarted(db: Db, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('leads')
    .set({ state: 'queued', updated_at: now })
    .where('id', 'in', ids)
    .where('state', '=', 'waiting')
    .execute();
}

/** Makes leads due again that are on their way to the gate and have no call under way. Returns how many, at most `limit`. */
export async function requeueLeads(
  db: Db,
  { campaignId, now, limit }: { campaignId: string; now: Date; limit: number },
): Promise<number> {
  const { numAffectedRows } = await sql`
    update leads set state = 'backing_off', not_before = greatest(not_before, ${now}), updated_at = ${now}
    where id in (
      select id from leads where campaign_id = ${campaignId} and state = 'queued'
        and not exists (select from calls where lead_id = leads.id and status <> 'ended')
      order by id limit ${limit} for update skip locked)`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** Holds leads that have no line until an opening of their hours. */
export async function holdForWindow(
  db: Db,
  ids: readonly string[],
  { until, detail }: { until: Date; detail: string },
): Promise<void> {
  await db
    .updateTable('leads')
    .set({ not_before: until, hold_rule: 'window', hold_detail: detail })
    .where('id', 'in', ids)
    .where('state', 'in', ['waiting', 'backing_off'])
    .execute();
}

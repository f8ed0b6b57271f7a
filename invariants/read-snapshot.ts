import type { Client } from '@temporalio/client';
import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '#db/client.ts';
import { holidayDates } from '#domain/holidays.ts';
import { fromStored } from '#domain/settings.ts';
import type { LedgerEntry, LedgerSnapshot } from '#simulator/ledger.ts';
import { readWorkflows } from './read-workflows.ts';
import { type Dial, leadIdOf, type Snapshot, type SnapshotSettings, type StatusEvent } from './snapshot.ts';
import type { Span } from './spans.ts';

const CENTS_PER_CREDIT = 0.02;
const DEADLINE_GRACE_MS = 10_000;
const STATUS_EVENTS = ['campaign.paused', 'campaign.resumed', 'campaign.stopped'] as const;

export interface InvariantsInput {
  db: Db;
  /** Must be read after the last call has ended. */
  ledger: LedgerSnapshot;
  temporal: Client;
  /** Left out: every campaign of the database. */
  campaignIds?: readonly string[];
  /** Leads that its imports reported as accepted, by campaign. */
  imported?: Readonly<Record<string, number>>;
  /** `ELEVENLABS_CENTS_PER_CREDIT` of the workers; default 0.02. */
  centsPerCredit?: number;
  /**
   * How far the phone network's clock is ahead of the database's; 0 when left out, as where both are on one machine.
   * Whoever judges across machines measures it: ask both for their time, each between two readings of one clock.
   */
  networkAheadMs?: number;
  /** Times in which the network, or the way to it, was stopped or slowed on purpose, in milliseconds. */
  heldUp?: readonly Span[];
  /** Times in which the database, or the way to it, was stopped or slowed on purpose, in milliseconds. */
  slowCommits?: readonly Span[];
  /** How long Temporal's listing may lag, in milliseconds; default 15,000. */
  catchUpMs?: number;
}

/** Reads the database at one instant, then Temporal's listing. */
export async function readSnapshot(input: InvariantsInput): Promise<Snapshot> {
  const rows = await readDatabase(input.db);
  const campaigns = rows.campaigns.map((row) => ({ ...row, imported: input.imported?.[row.id] ?? null }));
  const scope = input.campaignIds === undefined ? null : new Set(input.campaignIds);
  const listed = campaigns.map(({ id }) => id).filter((id) => scope?.has(id) ?? true);
  return {
    ...rows,
    takenAtMs: rows.takenAtMs,
    scope,
    campaigns,
    deadlineGraceMs: DEADLINE_GRACE_MS,
    heldUp: input.heldUp ?? [],
    slowCommits: input.slowCommits ?? [],
    dials: readDials(input, rows),
    workflows: await readWorkflows(input.temporal, listed, rows.oneOffCalls.size > 0),
    holidays: readHolidays(rows),
  };
}

type DatabaseRows = Awaited<ReturnType<typeof readDatabase>>;

async function readDatabase(db: Db) {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => ({
      ...(await readFrame(tx)),
      ...(await readPeople(tx)),
      ...(await readGate(tx)),
      totals: await tx.selectFrom('call_totals').selectAll().execute(),
    }));
}

async function readFrame(tx: Tx) {
  const now = await tx.selectNoFrom(ms('clock_timestamp()').as('takenAtMs')).executeTakeFirstOrThrow();
  const workspace = await tx.selectFrom('workspace').select('lines').executeTakeFirstOrThrow();
  const campaigns = await tx
    .selectFrom('campaigns')
    .select([
      'id',
      'status',
      msOrNull('paused_at').as('pausedAtMs'),
      msOrNull('finished_at').as('finishedAtMs'),
    ])
    .execute();
  const settings: SnapshotSettings[] = await tx
    .selectFrom('campaign_settings')
    .select(['campaign_id as campaignId', 'version', 'settings'])
    .execute();
  const events = await tx
    .selectFrom('events')
    .select(['campaign_id', 'type', 'data', ms('at').as('atMs')])
    .where('type', 'in', STATUS_EVENTS)
    .where('campaign_id', 'is not', null)
    .orderBy('id')
    .execute();
  return {
    takenAtMs: now.takenAtMs,
    workspaceLines: workspace.lines,
    campaigns,
    settings,
    statusEvents: events.map((event) => ({
      campaignId: event.campaign_id ?? '',
      type: event.type as StatusEvent['type'],
      atMs: event.atMs,
      inFlight: idsOf(event.data.inFlightCallIds),
    })),
  };
}

async function readPeople(tx: Tx) {
  const leads = await tx
    .selectFrom('leads')
    .select(['id', 'campaign_id as campaignId', 'state', 'outcome', msOrNull('not_before').as('notBeforeMs')])
    .execute();
  const calls = await tx
    .selectFrom('calls')
    .select(['id', 'campaign_id as campaignId', 'lead_id as leadId', 'phone', 'direction', 'status', 'reach'])
    .select(['conversation_id as conversationId', 'verdict', 'converted', 'talk_seconds as talkSeconds'])
    .select([
      'cost_cents as costCents',
      'reserved_cents as reservedCents',
      'day',
      'settings_version as settingsVersion',
    ])
    .select([ms('started_at').as('startedAtMs'), ms('deadline_at').as('deadlineAtMs')])
    .select(msOrNull('concluded_at').as('concludedAtMs'))
    .select(sql<boolean>`coalesce((next_step->>'beyondLimit')::boolean, false)`.as('promisedOneMore'))
    .execute();
  const oneOffCalls = await tx.selectFrom('single_calls').select(['call_id', 'settings']).execute();
  return {
    leads,
    calls,
    oneOffCalls: new Map(oneOffCalls.map(({ call_id, settings }) => [call_id, fromStored(settings)])),
  };
}

async function readGate(tx: Tx) {
  const goDecisions = await tx
    .selectFrom('decisions')
    .select(['attempt_id as attemptId', 'campaign_id as campaignId', 'phone', 'facts'])
    .select(['settings_version as settingsVersion', ms('decided_at').as('decidedAtMs')])
    .select(ms("coalesce((facts->>'now')::timestamptz, decided_at)").as('judgedAtMs'))
    .where('verdict', '=', 'go')
    .orderBy('id')
    .execute();
  const optOuts = await tx
    .selectFrom('opt_outs')
    .select(['phone', 'in_flight as inFlight', ms('created_at').as('createdAtMs')])
    .execute();
  const requests = await tx
    .selectFrom('events')
    .select((of) => [of.ref('lead_id').$notNull().as('leadId'), of.fn.countAll<number>().as('count')])
    .where('type', '=', 'lead.call_requested')
    .where('lead_id', 'is not', null)
    .groupBy('lead_id')
    .execute();
  const callRequests = new Map(requests.map(({ leadId, count }) => [leadId, count]));
  const attention = await tx.selectFrom('attention').select(['kind', 'subject']).execute();
  return { goDecisions, optOuts, callRequests, attention };
}

function idsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
}

/** Microseconds are kept as a fraction. */
function ms(instant: string): RawBuilder<number> {
  return sql<number>`extract(epoch from ${sql.raw(instant)}) * 1000`;
}

function msOrNull(column: string): RawBuilder<number | null> {
  return sql<number | null>`extract(epoch from ${sql.raw(column)}) * 1000`;
}

function readDials(
  {
    ledger,
    networkAheadMs = 0,
    centsPerCredit = CENTS_PER_CREDIT,
  }: Pick<InvariantsInput, 'ledger' | 'networkAheadMs' | 'centsPerCredit'>,
  rows: DatabaseRows,
): Dial[] {
  const campaignOfLead = new Map(rows.leads.map(({ id, campaignId }) => [id, campaignId]));
  const campaignOfCall = new Map(rows.calls.map(({ id, campaignId }) => [id, campaignId]));
  return ledger.dials.map((entry) => {
    const leadId = entry.attemptId === null ? null : leadIdOf(entry.attemptId);
    const campaignId = campaignOfLead.get(leadId ?? '') ?? campaignOfCall.get(entry.attemptId ?? '') ?? null;
    return readDial(entry, { campaignId, networkAheadMs, centsPerCredit });
  });
}

function readDial(
  entry: LedgerEntry,
  {
    campaignId,
    networkAheadMs,
    centsPerCredit,
  }: { campaignId: string | null; networkAheadMs: number; centsPerCredit: number },
): Dial {
  const atMs = (at: string) => Date.parse(at) - networkAheadMs;
  const { attemptId, to, accepted, answer, conversationId, reach, chargedCredits } = entry;
  return {
    attemptId,
    campaignId,
    to,
    accepted,
    answer,
    conversationId,
    reach,
    receivedAtMs: atMs(entry.receivedAt),
    startedAtMs: entry.startedAt === null ? null : atMs(entry.startedAt),
    endedAtMs: entry.endedAt === null ? null : atMs(entry.endedAt),
    chargedCents: chargedCredits === null ? null : chargedCredits * centsPerCredit,
  };
}

function readHolidays({
  settings,
  oneOffCalls,
  goDecisions,
}: DatabaseRows): Map<string, ReadonlySet<string>> {
  const years = new Set(goDecisions.map(({ decidedAtMs }) => new Date(decidedAtMs).getUTCFullYear()));
  // At the turn of the year a zone's clock may show the neighbouring one.
  const around = [...new Set([...years].flatMap((year) => [year - 1, year, year + 1]))];
  const rules = [...settings.map((row) => row.settings), ...oneOffCalls.values()];
  const calendars = new Set(rules.flatMap(({ window }) => window.holidays ?? []));
  return new Map([...calendars].map((calendar) => [calendar, holidayDates(calendar, around)]));
}

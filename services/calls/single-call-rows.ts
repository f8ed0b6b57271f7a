import { type Selectable, sql } from 'kysely';
import { type Db, inTransaction, type Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendEvent } from '#db/queries/events.ts';
import { aliveCalls } from '#db/queries/gate.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { SingleCallsTable } from '#db/schema/single-calls.ts';
import { localDate } from '#domain/day.ts';
import { type GateVerdict, RULES_VERSION } from '#domain/gate.ts';
import {
  type CallOverrides,
  DEFAULT_SINGLE_CALL_SETTINGS,
  type SingleCallFacts,
  type SingleCallSettings,
} from '#domain/single-call.ts';
import { endNotPlaced, lockCall } from './end-call.ts';

const WEEK_MS = 7 * 86_400_000;

/** A call outside of campaigns, as it is asked for. */
export interface NewSingleCall {
  id: string;
  /** E.164. */
  phone: string;
  agentId: string;
  phoneNumberId: string;
  variables: Record<string, string>;
  overrides: CallOverrides;
  consent: string | null;
  /** The id of the API key that asks. */
  actor: string;
}

export interface SingleCallWorkspace {
  lines: number;
  timeZone: string;
  settings: SingleCallSettings;
}

/** Holds the workspace: its lines are not given twice. The contact must be held already. */
export async function lockSingleCallWorkspace(tx: Tx): Promise<SingleCallWorkspace> {
  const row = await tx
    .selectFrom('workspace')
    .select(['lines', 'time_zone', 'single_call_settings'])
    .forUpdate()
    .executeTakeFirstOrThrow();
  const settings = { ...DEFAULT_SINGLE_CALL_SETTINGS, ...row.single_call_settings };
  return { lines: row.lines, timeZone: row.time_zone, settings };
}

/** The rules in force. */
export async function readSingleCallSettings(db: Db): Promise<SingleCallSettings> {
  const row = await db.selectFrom('workspace').select('single_call_settings').executeTakeFirstOrThrow();
  return { ...DEFAULT_SINGLE_CALL_SETTINGS, ...row.single_call_settings };
}

/** Sets these rules; the others stay as they are set, or by default. */
export async function setSingleCallSettings(tx: Tx, change: Partial<SingleCallSettings>): Promise<void> {
  await tx
    .updateTable('workspace')
    .set({
      single_call_settings: sql<string>`coalesce(single_call_settings, '{}'::jsonb) || ${toJson(change)}::jsonb`,
    })
    .execute();
}

type CountedFacts = Pick<SingleCallFacts, 'optedOut' | 'contact' | 'workspaceLines'>;

/** Reads the gate's counts for a number under the locks, as for a lead's call. */
export async function readSingleCallCounts(
  tx: Tx,
  { phone, lines, now }: { phone: string; lines: number; now: Date },
): Promise<CountedFacts> {
  const { rows } = await sql<{
    opted_out: boolean;
    live_until: Date | null;
    recent: Date[] | null;
    workspace_in_use: number;
  }>`
    with alive as (${aliveCalls(now)})
    select
      exists (select from opt_outs where phone = ${phone}) as opted_out,
      (select max(deadline_at) from alive where phone = ${phone}) as live_until,
      (select array_agg(started_at order by started_at desc) from calls
        where phone = ${phone} and direction = 'outbound' and reach is distinct from 'not_placed'
          and started_at > ${new Date(now.getTime() - WEEK_MS)}) as recent,
      (select count(*) from alive) as workspace_in_use`.execute(tx);
  const counts = rows[0];
  if (counts === undefined) throw new Error('The gate read nothing.');
  return {
    optedOut: counts.opted_out,
    contact: { liveUntil: counts.live_until, recentCalls: counts.recent ?? [] },
    workspaceLines: { inUse: counts.workspace_in_use, limit: lines },
  };
}

/** Logs why the call may or may not be placed: the first rule that holds as the answer, and all of them beside the facts. */
export async function logSingleCallDecision(
  tx: Tx,
  { id, phone, consent }: Pick<NewSingleCall, 'id' | 'phone' | 'consent'>,
  { facts, settings, holds }: SingleCallJudgement,
): Promise<number> {
  const { now, window, contact, ...counts } = facts;
  const [held] = holds;
  const decision = await tx
    .insertInto('decisions')
    .values({
      attempt_id: id,
      phone,
      verdict: held?.verdict ?? 'go',
      rule: held?.rule ?? null,
      detail: held?.detail ?? null,
      until: held?.verdict === 'wait' ? held.until : null,
      rules_version: RULES_VERSION,
      facts: toJson({
        ...counts,
        now,
        zones: window.zones,
        window: settings.window,
        recentCalls: contact.recentCalls.length,
        consent: consent === null ? 'requested' : 'stated',
        holds: holds.map(({ rule }) => rule),
      }),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return decision.id;
}

/** What was judged, by which rules, and everything that holds. */
export interface SingleCallJudgement {
  facts: SingleCallFacts;
  settings: SingleCallSettings;
  holds: readonly Exclude<GateVerdict, { verdict: 'go' }>[];
}

/** Writes the intent. Until somebody comes to dial, the call must be over when ring and talk would be. */
export async function insertSingleCall(
  tx: Tx,
  call: NewSingleCall,
  {
    settings,
    timeZone,
    decisionId,
    now,
  }: { settings: SingleCallSettings; timeZone: string; decisionId: number; now: Date },
): Promise<void> {
  const longestMs = (settings.ringSeconds + settings.maxCallSeconds) * 1_000;
  await tx
    .insertInto('calls')
    .values({
      id: call.id,
      campaign_id: null,
      lead_id: null,
      attempt: 1,
      phone: call.phone,
      agent_id: call.agentId,
      phone_number_id: call.phoneNumberId,
      started_at: now,
      deadline_at: new Date(now.getTime() + longestMs),
      decision_id: decisionId,
      day: localDate(now, timeZone),
    })
    .execute();
  await tx
    .insertInto('single_calls')
    .values({
      call_id: call.id,
      settings: toJson(settings),
      variables: toJson(call.variables),
      overrides: toJson(call.overrides),
      consent: call.consent,
      actor: call.actor,
    })
    .execute();
  await appendEvent(tx, { type: 'call.started', callId: call.id, data: { attempt: 1, decisionId } });
}

/** Its row among the calls, and what it was asked for with. @throws Error when there is none */
export async function readSingleCall(
  db: Db | Tx,
  callId: string,
): Promise<{ call: Selectable<CallsTable>; request: Selectable<SingleCallsTable> }> {
  const call = await db.selectFrom('calls').selectAll().where('id', '=', callId).executeTakeFirstOrThrow();
  const request = await db
    .selectFrom('single_calls')
    .selectAll()
    .where('call_id', '=', callId)
    .executeTakeFirstOrThrow();
  return { call, request };
}

/** Takes the dial on, once: false when somebody did before. The call's row must be held. */
export async function beginDial(tx: Tx, callId: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('single_calls')
    .set({ dial_begun_at: now })
    .where('call_id', '=', callId)
    .where('dial_begun_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Takes a call back that nobody has dialled: it ends as not placed. False when its dial was taken on, or it is over.
 */
export async function withdrawSingleCall(
  db: Db,
  { callId, failure, now }: { callId: string; failure: string; now: Date },
): Promise<boolean> {
  const { call } = await readSingleCall(db, callId);
  return await inTransaction(db, async (tx) => {
    const current = await lockCall(tx, call);
    if (current.status !== 'dialling' || !(await beginDial(tx, callId, now))) return false;
    await endNotPlaced(tx, current, { now, failure, source: null });
    return true;
  });
}

/** Calls outside of campaigns that have stood open since before this instant: somebody must be at work on them. */
export async function openSingleCalls(db: Db, before: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .select('id')
    .where('concluded_at', 'is', null)
    .where('campaign_id', 'is', null)
    .where('attempt', 'is not', null)
    .where('started_at', '<', before)
    .orderBy('started_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

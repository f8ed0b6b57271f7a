import type { Selectable } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { AttributionState } from '#domain/call.ts';
import { syncWorkflowId } from '#domain/ids.ts';
import type { Db, Tx } from '../client.ts';
import type { SyncRunsTable } from '../schema/conversations.ts';
import { lockWalk } from './locks.ts';

export type SyncRun = Selectable<SyncRunsTable>;

/** What a run came to. */
export interface SyncCounts {
  seen: number;
  stored: number;
  attributed: number;
  unattributed: number;
  failed: number;
}

/** A walk that a workflow began and did not end is gone on with, unless it is older than this. */
const RESUMED_FOR_MS = 86_400_000;
/** A walk that is younger may have been written down just before its workflow begins. */
const LEFT_AFTER_MS = 60_000;
const FIRST_RUN_DAYS = 7;
/** A dial that is not recorded is adopted 15 minutes after its beginning: each run looks back beyond that. */
const OVERLAP_MS = 20 * 60_000;
const FAILURES_SOUGHT_FOR_MS = 86_400_000;
/** Walks from a time that somebody named: where one ended says nothing of what lies before that time. */
const FROM_A_TIME = `${syncWorkflowId('')}%`;

/** Begins a run, or finds the one that the same workflow left unfinished. `since` null: where the last run ended. */
export async function beginRun(
  tx: Tx,
  { workflowId, since, now }: { workflowId: string; since: Date | null; now: Date },
): Promise<SyncRun> {
  await lockWalk(tx, workflowId);
  const unfinished = await unfinishedRuns(tx, now).where('workflow_id', '=', workflowId).executeTakeFirst();
  if (unfinished !== undefined && (since === null || unfinished.since.getTime() === since.getTime())) {
    return unfinished.pages === 0 ? await beginUntil(tx, unfinished, now) : unfinished;
  }
  return await tx
    .insertInto('sync_runs')
    .values({
      id: uuid(),
      workflow_id: workflowId,
      since: since ?? (await sinceLastRun(tx, now)),
      until: now,
      started_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Nothing was read yet: what began meanwhile is taken along. A run that is under way keeps its bounds, as its cursor does. */
async function beginUntil(tx: Tx, run: SyncRun, now: Date): Promise<SyncRun> {
  const later = await tx
    .updateTable('sync_runs')
    .set({ until: now })
    .where('id', '=', run.id)
    .where('pages', '=', 0)
    .returningAll()
    .executeTakeFirst();
  return (
    later ?? (await tx.selectFrom('sync_runs').selectAll().where('id', '=', run.id).executeTakeFirstOrThrow())
  );
}

/**
 * The newest walk from where the last one ended that another workflow began and has not finished: that of a schedule has
 * another id every time. Null when there is none, or a later one is finished.
 */
export async function findLeftRun(
  db: Db,
  { workflowId, now }: { workflowId: string; now: Date },
): Promise<SyncRun | null> {
  const left = await unfinishedRuns(db, now)
    .where('workflow_id', '!=', workflowId)
    .where('workflow_id', 'not like', FROM_A_TIME)
    .where('pages', '>', 0)
    .where('started_at', '<', new Date(now.getTime() - LEFT_AFTER_MS))
    .executeTakeFirst();
  if (left === undefined) return null;
  const last = await finishedRuns(db).executeTakeFirst();
  return last !== undefined && last.until >= left.until ? null : left;
}

/** Gives an unfinished run to another workflow. False when it has been finished or given away meanwhile. */
export async function takeRun(
  db: Db,
  run: Pick<SyncRun, 'id' | 'workflow_id'>,
  workflowId: string,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('sync_runs')
    .set({ workflow_id: workflowId })
    .where('id', '=', run.id)
    .where('workflow_id', '=', run.workflow_id)
    .where('finished_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

function unfinishedRuns(db: Db, now: Date) {
  return db
    .selectFrom('sync_runs')
    .selectAll()
    .where('finished_at', 'is', null)
    .where('started_at', '>', new Date(now.getTime() - RESUMED_FOR_MS))
    .orderBy('started_at', 'desc')
    .limit(1);
}

/** Of walks that leave nothing out before their end. */
function finishedRuns(db: Db) {
  return db
    .selectFrom('sync_runs')
    .select('until')
    .where('finished_at', 'is not', null)
    .where('workflow_id', 'not like', FROM_A_TIME)
    .orderBy('until', 'desc')
    .limit(1);
}

/** Where the last finished run ended, less the overlap. Runs with failures are repeated for a day. */
async function sinceLastRun(db: Db, now: Date): Promise<Date> {
  const clean = await finishedRuns(db)
    .where('failed', '=', 0)
    .where('until', '>', new Date(now.getTime() - FAILURES_SOUGHT_FOR_MS))
    .executeTakeFirst();
  const last = clean ?? (await finishedRuns(db).executeTakeFirst());
  return last === undefined
    ? new Date(now.getTime() - FIRST_RUN_DAYS * 86_400_000)
    : new Date(last.until.getTime() - OVERLAP_MS);
}

/** Null when there is none. */
export async function findRun(db: Db, id: string): Promise<SyncRun | null> {
  return (await db.selectFrom('sync_runs').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Counts a stored conversation, in the transaction that stores it: however often a page is begun, it counts once. */
export async function countStored(tx: Tx, runId: string, whose: AttributionState | null): Promise<void> {
  await tx
    .updateTable('sync_runs')
    .set((eb) => ({
      stored: eb('stored', '+', 1),
      ...(whose === null ? {} : { [whose]: eb(whose, '+', 1) }),
    }))
    .where('id', '=', runId)
    .execute();
}

/** Adds a page to its run and moves on, once: a page that was done twice is counted once. */
export async function turnPage(
  db: Db,
  run: Pick<SyncRun, 'id' | 'pages'>,
  { counts, cursor }: { counts: Pick<SyncCounts, 'seen' | 'failed'>; cursor: string | null },
): Promise<void> {
  await db
    .updateTable('sync_runs')
    .set((eb) => ({
      cursor,
      pages: run.pages + 1,
      seen: eb('seen', '+', counts.seen),
      failed: eb('failed', '+', counts.failed),
    }))
    .where('id', '=', run.id)
    .where('pages', '=', run.pages)
    .execute();
}

/** Lets a run begin anew, for instance because its cursor is worth nothing any more. What it stored stays counted. */
export async function restartRun(db: Db, run: Pick<SyncRun, 'id' | 'pages'>, now: Date): Promise<void> {
  await db
    .updateTable('sync_runs')
    .set({ cursor: null, pages: 0, seen: 0, failed: 0, started_at: now })
    .where('id', '=', run.id)
    .where('pages', '=', run.pages)
    .execute();
}

/** Ends a run, once. */
export async function finishRun(db: Db, id: string, now: Date): Promise<SyncRun> {
  await db
    .updateTable('sync_runs')
    .set({ finished_at: now, cursor: null })
    .where('id', '=', id)
    .where('finished_at', 'is', null)
    .execute();
  return await db.selectFrom('sync_runs').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** `told`: its details were stored as well. */
export interface KnownConversation {
  ended: boolean;
  verdict: string | null;
  told: boolean;
}

/** What is stored of some conversations: enough to tell which have changed. */
export async function knownConversations(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, KnownConversation>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('calls')
    .leftJoin('call_details', 'call_details.call_id', 'calls.id')
    .select(['conversation_id', 'status', 'verdict', 'call_details.call_id as told'])
    .where('conversation_id', 'in', [...ids])
    .execute();
  return new Map(
    rows.map(({ conversation_id: id, status, verdict, told }) => [
      id ?? '',
      { ended: status === 'ended', verdict, told: told !== null },
    ]),
  );
}

/** Conversations under way that no workflow waits for: whose webhook is lost is asked for by the next run. */
export async function openConversations(db: Db, since: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .select('conversation_id')
    .where('status', '!=', 'ended')
    .where('attempt', 'is', null)
    .where('conversation_id', 'is not', null)
    .where('started_at', '>', since)
    .orderBy('started_at')
    .limit(limit)
    .execute();
  return rows.flatMap(({ conversation_id: id }) => id ?? []);
}

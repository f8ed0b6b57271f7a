import type { Selectable } from 'kysely';
import type { AttributionState } from '#domain/call.ts';
import { syncWorkflowId } from '#domain/ids.ts';
import type { Db, Tx } from '../client.ts';
import type { SyncRunsTable } from '../schema/conversations.ts';

/** One walk over the provider's list of conversations. */
export type SyncRun = Selectable<SyncRunsTable>;

/** What a run came to. */
export interface SyncCounts {
  seen: number;
  stored: number;
  attributed: number;
  unattributed: number;
  failed: number;
}

/** Runs from a time that somebody named: where one ended says nothing of what lies before that time. */
const FROM_A_TIME = `${syncWorkflowId('')}%`;

export async function insertRun(
  tx: Tx,
  run: { id: string; workflowId: string; since: Date; until: Date; now: Date },
): Promise<SyncRun> {
  return await tx
    .insertInto('sync_runs')
    .values({
      id: run.id,
      workflow_id: run.workflowId,
      since: run.since,
      until: run.until,
      started_at: run.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Null when there is none. */
export async function findRun(db: Db, id: string): Promise<SyncRun | null> {
  return (await db.selectFrom('sync_runs').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** The newest unfinished run of a workflow. Null when there is none that began after `startedAfter`. */
export async function findUnfinishedRun(
  db: Db,
  { workflowId, startedAfter }: { workflowId: string; startedAfter: Date },
): Promise<SyncRun | null> {
  const run = await unfinishedRuns(db, startedAfter).where('workflow_id', '=', workflowId).executeTakeFirst();
  return run ?? null;
}

/** The newest unfinished run of another workflow that has read a page, and was not begun from a time somebody named. */
export async function findRunOfOthers(
  db: Db,
  {
    workflowId,
    startedAfter,
    startedBefore,
  }: { workflowId: string; startedAfter: Date; startedBefore: Date },
): Promise<SyncRun | null> {
  const run = await unfinishedRuns(db, startedAfter)
    .where('workflow_id', '!=', workflowId)
    .where('workflow_id', 'not like', FROM_A_TIME)
    .where('pages', '>', 0)
    .where('started_at', '<', startedBefore)
    .executeTakeFirst();
  return run ?? null;
}

function unfinishedRuns(db: Db, startedAfter: Date) {
  return db
    .selectFrom('sync_runs')
    .selectAll()
    .where('finished_at', 'is', null)
    .where('started_at', '>', startedAfter)
    .orderBy('started_at', 'desc')
    .limit(1);
}

/** Where the latest finished run ended that left nothing out; null when there is none. `flawless`: nothing failed in it. */
export async function lastRunEnd(
  db: Db,
  { flawless = false, after = null }: { flawless?: boolean; after?: Date | null } = {},
): Promise<Date | null> {
  let query = db
    .selectFrom('sync_runs')
    .select('until')
    .where('finished_at', 'is not', null)
    .where('workflow_id', 'not like', FROM_A_TIME);
  if (flawless) query = query.where('failed', '=', 0);
  if (after !== null) query = query.where('until', '>', after);
  const last = await query.orderBy('until', 'desc').limit(1).executeTakeFirst();
  return last?.until ?? null;
}

/** Moves the end of a run that has read nothing. Null when it has read a page meanwhile. */
export async function extendRun(tx: Tx, id: string, until: Date): Promise<SyncRun | null> {
  const run = await tx
    .updateTable('sync_runs')
    .set({ until })
    .where('id', '=', id)
    .where('pages', '=', 0)
    .returningAll()
    .executeTakeFirst();
  return run ?? null;
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

/** Counts a stored conversation, in the transaction that stores it: however often a page is read, it counts once. */
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

/** Lets a run begin anew. What it stored stays counted. */
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

/** What is stored of a conversation: enough to see whether it has changed. */
export interface KnownConversation {
  ended: boolean;
  verdict: string | null;
  hasDetails: boolean;
}

export async function knownConversations(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, KnownConversation>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('calls')
    .leftJoin('call_details', 'call_details.call_id', 'calls.id')
    .select(['conversation_id', 'status', 'verdict', 'call_details.call_id as details_of'])
    .where('conversation_id', 'in', [...ids])
    .execute();
  return new Map(
    rows.map(({ conversation_id: id, status, verdict, details_of }) => [
      id ?? '',
      { ended: status === 'ended', verdict, hasDetails: details_of !== null },
    ]),
  );
}

/** Conversations under way that no workflow waits for: the one whose webhook is lost is read by the next run. */
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

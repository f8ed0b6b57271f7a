import type { Selectable } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Db } from '../client.ts';
import type { SyncRunsTable } from '../schema/conversations.ts';

export type SyncRun = Selectable<SyncRunsTable>;

/** What one page, or a whole run, came to. */
export interface SyncCounts {
  seen: number;
  stored: number;
  attributed: number;
  unattributed: number;
  failed: number;
}

/** A walk that a workflow began and did not end is gone on with, unless it is older than this. */
const RESUMED_FOR_MS = 86_400_000;
const FIRST_RUN_DAYS = 7;
/** A dial that is not recorded is adopted 15 minutes after its beginning: each run looks back beyond that. */
const OVERLAP_MS = 20 * 60_000;
const FAILURES_SOUGHT_FOR_MS = 86_400_000;

/** Begins a run, or finds the one that the same workflow left unfinished. `since` null: where the last run ended. */
export async function beginRun(
  db: Db,
  { workflowId, since, now }: { workflowId: string; since: Date | null; now: Date },
): Promise<SyncRun> {
  const unfinished = await db
    .selectFrom('sync_runs')
    .selectAll()
    .where('workflow_id', '=', workflowId)
    .where('finished_at', 'is', null)
    .where('started_at', '>', new Date(now.getTime() - RESUMED_FOR_MS))
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (unfinished !== undefined && (since === null || unfinished.since.getTime() === since.getTime())) {
    return unfinished;
  }
  return await db
    .insertInto('sync_runs')
    .values({
      id: uuid(),
      workflow_id: workflowId,
      since: since ?? (await sinceLastRun(db, now)),
      until: now,
      started_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Where the last finished run ended, less the overlap. Runs with failures are repeated for a day. */
async function sinceLastRun(db: Db, now: Date): Promise<Date> {
  const finished = db
    .selectFrom('sync_runs')
    .select('until')
    .where('finished_at', 'is not', null)
    .orderBy('until', 'desc')
    .limit(1);
  const clean = await finished
    .where('failed', '=', 0)
    .where('until', '>', new Date(now.getTime() - FAILURES_SOUGHT_FOR_MS))
    .executeTakeFirst();
  const last = clean ?? (await finished.executeTakeFirst());
  return last === undefined
    ? new Date(now.getTime() - FIRST_RUN_DAYS * 86_400_000)
    : new Date(last.until.getTime() - OVERLAP_MS);
}

/** Null when there is none. */
export async function findRun(db: Db, id: string): Promise<SyncRun | null> {
  return (await db.selectFrom('sync_runs').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** The newest run of a workflow; null when there is none. */
export async function latestRun(db: Db, workflowId: string): Promise<SyncRun | null> {
  const run = await db
    .selectFrom('sync_runs')
    .selectAll()
    .where('workflow_id', '=', workflowId)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return run ?? null;
}

/** Adds a page to its run and moves on, once: a page that was done twice is counted once. */
export async function turnPage(
  db: Db,
  run: Pick<SyncRun, 'id' | 'pages'>,
  { counts, cursor }: { counts: SyncCounts; cursor: string | null },
): Promise<void> {
  await db
    .updateTable('sync_runs')
    .set((eb) => ({
      cursor,
      pages: run.pages + 1,
      seen: eb('seen', '+', counts.seen),
      stored: eb('stored', '+', counts.stored),
      attributed: eb('attributed', '+', counts.attributed),
      unattributed: eb('unattributed', '+', counts.unattributed),
      failed: eb('failed', '+', counts.failed),
    }))
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

/** What is stored of some conversations: enough to tell which have changed. */
export async function knownConversations(db: Db, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, { ended: boolean; verdict: string | null; told: boolean }>();
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

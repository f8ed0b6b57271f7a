import { v7 as uuid } from 'uuid';
import { inTransaction, type Tx } from '#db/client.ts';
import { lockConversation, lockWalk } from '#db/queries/locks.ts';
import { markNotified } from '#db/queries/provider-events.ts';
import {
  countStored,
  extendRun,
  findRun,
  findRunOfOthers,
  findUnfinishedRun,
  finishRun,
  insertRun,
  type KnownConversation,
  knownConversations,
  lastRunEnd,
  openConversations,
  restartRun,
  type SyncCounts,
  type SyncRun,
  takeRun,
  turnPage,
} from '#db/queries/sync-runs.ts';
import type { AttributionState } from '#domain/call.ts';
import type { ConversationFacts } from '#domain/conversation.ts';
import { SYNC_WORKFLOW_ID, syncWorkflowId } from '#domain/ids.ts';
import { type ConversationListItem, ProviderError } from '#providers/ports.ts';
import { mergeOrAdopt } from '../calls/adopt.ts';
import type { Merged } from '../calls/merge-facts.ts';
import { mergeWaitingEvents } from '../calls/record.ts';
import type { Context } from '../context.ts';
import { PermanentFailure, RetryLater, unavailable } from '../errors.ts';
import { reached } from '../workflows.ts';

/** What a run came to. */
export interface SyncReport extends SyncCounts {
  pages: number;
}

/** A request's caller is not kept waiting longer; the run goes on. */
const REQUEST_WAIT_MS = 25_000;

/** An unfinished run is resumed unless it is older than this. */
const RESUMED_FOR_MS = 86_400_000;
/** A run that is younger may have been written down just before its workflow begins. */
const LEFT_AFTER_MS = 60_000;
const FIRST_RUN_MS = 7 * 86_400_000;
/** A dial that is not recorded is adopted 15 minutes after its beginning: each run looks back beyond that. */
const OVERLAP_MS = 20 * 60_000;
/** Runs with failures are repeated for so long. */
const FAILURES_SOUGHT_FOR_MS = 86_400_000;

const PAGE_SIZE = 100;
const CONCURRENCY = 4;
const FETCHES_PER_SECOND = 20;
/** The bounds of a wait that a provider asks for. */
const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;
/** A cursor that is refused sooner may be taken at the next attempt; so a provider that refuses all of them is not flooded. */
const CURSOR_GOOD_FOR_MS = 600_000;
/** A run begins anew for so long: a provider that refuses every cursor in the end would never let it end. */
const RESTARTED_FOR_MS = 3_600_000;
const STALE_CURSOR: ReadonlySet<number> = new Set([400, 404, 410, 422]);
/** Adopted conversations are watched for this long; none lasts longer. */
const WATCHED_FOR_MS = 86_400_000;
const MOST_WATCHED = 200;

type ConversationPage = Awaited<ReturnType<Context['voice']['listConversations']>>;

/**
 * Has the provider's conversations since a time synchronised, or since where the last run ended, and waits for the end
 * for a while. The run is written down here, so that the caller learns its id however late a worker takes it.
 *
 * @throws ServiceError `unavailable` when Temporal does not answer
 */
export async function requestSync(
  context: Context,
  { since }: { since: Date | null },
): Promise<{ run: SyncRun; finished: boolean }> {
  const workflowId = since === null ? SYNC_WORKFLOW_ID : syncWorkflowId(since.toISOString());
  const now = await context.now();
  const { id } = await inTransaction(context.db, (tx) => beginRun(tx, { workflowId, since, now }));
  const start = { workflowId, since, runId: id, waitMs: REQUEST_WAIT_MS };
  let reply = await context.workflows.sync(start);
  let run = await findRun(context.db, id);
  if (reply.kind === 'done' && reply.value !== null && run?.finished_at === null) {
    // The workflow that was joined was at the end of another run.
    reply = await context.workflows.sync(start);
    run = await findRun(context.db, id);
  }
  if (reply.kind !== 'done') throw unavailable('Temporal does not answer.');
  if (run === null) throw new Error('The run is not in the database.');
  return { run, finished: run.finished_at !== null };
}

/** Begins a run, or resumes one that this workflow, or one that is gone, left. */
export async function beginSync(
  context: Context,
  { workflowId, since }: { workflowId: string; since: Date | null },
): Promise<{ runId: string }> {
  const now = await context.now();
  const left = since === null ? await findLeftRun(context, workflowId, now) : null;
  if (left !== null && !(await reached(context.workflows.isRunning(left.workflow_id)))) {
    if (await takeRun(context.db, left, workflowId)) return { runId: left.id };
  }
  const run = await inTransaction(context.db, (tx) => beginRun(tx, { workflowId, since, now }));
  return { runId: run.id };
}

/**
 * The newest run from where the last one ended that another workflow began and has not finished: that of a schedule
 * has another id every time. Null when there is none, or a later run is finished.
 */
async function findLeftRun({ db }: Context, workflowId: string, now: Date): Promise<SyncRun | null> {
  const left = await findRunOfOthers(db, {
    workflowId,
    startedAfter: before(now, RESUMED_FOR_MS),
    startedBefore: before(now, LEFT_AFTER_MS),
  });
  if (left === null) return null;
  const last = await lastRunEnd(db);
  return last !== null && last >= left.until ? null : left;
}

/** A new run, or the one that the same workflow left unfinished. `since` null: where the last run ended. */
async function beginRun(
  tx: Tx,
  { workflowId, since, now }: { workflowId: string; since: Date | null; now: Date },
): Promise<SyncRun> {
  await lockWalk(tx, workflowId);
  const unfinished = await findUnfinishedRun(tx, { workflowId, startedAfter: before(now, RESUMED_FOR_MS) });
  if (unfinished === null || (since !== null && unfinished.since.getTime() !== since.getTime())) {
    return await insertRun(tx, {
      id: uuid(),
      workflowId,
      since: since ?? (await sinceLastRun(tx, now)),
      until: now,
      now,
    });
  }
  if (unfinished.pages > 0) return unfinished;
  // Nothing was read yet: what began meanwhile is taken along. A run under way keeps its bounds, as its cursor does.
  return (await extendRun(tx, unfinished.id, now)) ?? (await findRun(tx, unfinished.id)) ?? unfinished;
}

/** Where the last finished run ended, less the overlap. Runs with failures are repeated for a day. */
async function sinceLastRun(tx: Tx, now: Date): Promise<Date> {
  const after = before(now, FAILURES_SOUGHT_FOR_MS);
  const last = (await lastRunEnd(tx, { flawless: true, after })) ?? (await lastRunEnd(tx));
  return last === null ? before(now, FIRST_RUN_MS) : before(last, OVERLAP_MS);
}

function before(instant: Date, ms: number): Date {
  return new Date(instant.getTime() - ms);
}

/** The next page: what is new or changed is fetched and stored. Done twice it counts once. */
export async function syncPage(context: Context, { runId }: { runId: string }): Promise<{ more: boolean }> {
  const run = await findRun(context.db, runId);
  if (run === null || run.finished_at !== null || (run.pages > 0 && run.cursor === null))
    return { more: false };
  const page = await listPage(context, run);
  if (page === null) return { more: true };
  const { items, nextCursor } = page;
  context.heartbeat();
  const changed = await changedOnes(context, items);
  const failed = await orRetryLater(() => storeAll(context, changed, runId));
  // A cursor that leads to itself would never end.
  const cursor = nextCursor === run.cursor ? null : nextCursor;
  await turnPage(context.db, run, { counts: { seen: items.length, failed }, cursor });
  return { more: cursor !== null };
}

/** Looks after conversations that were under way when they were stored, and ends the run. */
export async function finishSync(context: Context, { runId }: { runId: string }): Promise<SyncReport> {
  const now = await context.now();
  const open = await openConversations(context.db, before(now, WATCHED_FOR_MS), MOST_WATCHED);
  await orRetryLater(() => storeAll(context, open, null));
  const run = await finishRun(context.db, runId, now);
  const { pages, seen, stored, attributed, unattributed, failed } = run;
  if (failed > 0) context.logger.warn({ runId, failed }, 'conversations could not be read');
  return { pages, seen, stored, attributed, unattributed, failed };
}

/**
 * The run's next page. Null when its cursor has grown stale, and it begins anew.
 *
 * @throws PermanentFailure `CursorsRefused` when it has been begun anew for too long
 */
async function listPage(context: Context, run: SyncRun): Promise<ConversationPage | null> {
  const { since, until, cursor } = run;
  try {
    return await orRetryLater(() =>
      context.voice.listConversations({
        startedAfter: since,
        startedBefore: until,
        pageSize: PAGE_SIZE,
        ...(cursor === null ? {} : { cursor }),
      }),
    );
  } catch (error) {
    const now = await context.now();
    const isOld = now.getTime() - run.started_at.getTime() > CURSOR_GOOD_FOR_MS;
    const refused = error instanceof ProviderError && STALE_CURSOR.has(error.status ?? 0);
    if (cursor === null || !refused || !isOld) throw error;
    await restartRun(context.db, run, now);
    if (now.getTime() - until.getTime() > RESTARTED_FOR_MS) {
      // Left at its beginning, it cannot be resumed: the next run starts where the last that ended did.
      throw new PermanentFailure('CursorsRefused', 'The provider refuses every cursor of its list.');
    }
    context.logger.warn({ runId: run.id }, 'the list is read anew: its cursor is refused');
    return null;
  }
}

async function changedOnes(context: Context, items: ConversationListItem[]): Promise<string[]> {
  const known = await knownConversations(
    context.db,
    items.map(({ conversationId }) => conversationId),
  );
  return items
    .filter((item) => isNews(item, known.get(item.conversationId)))
    .map(({ conversationId }) => conversationId);
}

function isNews(
  listed: Pick<ConversationListItem, 'status' | 'verdict'>,
  stored?: KnownConversation,
): boolean {
  if (stored === undefined || !stored.ended || !stored.hasDetails) return true;
  // The analysis may come after the end, and may be made again.
  return listed.status === 'ended' && listed.verdict !== null && listed.verdict !== stored.verdict;
}

/**
 * A few at a time and so many a second, counted in the run, if any. Returns how many failed: they are met again by the
 * next run. @throws ProviderError when the provider is throttling us
 */
async function storeAll(context: Context, conversationIds: string[], runId: string | null): Promise<number> {
  const waiting = [...conversationIds];
  const intervalMs = 1_000 / (context.syncFetchesPerSecond ?? FETCHES_PER_SECOND);
  let nextAtMs = performance.now();
  let failed = 0;
  let throttled: ProviderError | null = null;
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const waitMs = nextAtMs - performance.now();
      nextAtMs = Math.max(nextAtMs, performance.now()) + intervalMs;
      if (waitMs > 1) await context.sleep(waitMs);
      if (throttled !== null) return;
      context.heartbeat();
      try {
        await storeOne(context, id, runId);
      } catch (error) {
        // A provider that is throttling us wants less of us, not the next request.
        if (error instanceof ProviderError && error.status === 429) {
          throttled = error;
          return;
        }
        failed += 1;
        context.logger.warn(
          { conversationId: id, failure: (error as Error).name },
          'a conversation was skipped',
        );
      }
    }
  };
  // All of them to their end: what is under way is stored before the page is begun again.
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  if (throttled !== null) throw throttled;
  return failed;
}

/** Where the provider says when to come again, the step is run again then. */
async function orRetryLater<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ProviderError) || error.retryAfterMs === null) throw error;
    throw new RetryLater('ProviderThrottled', error.message, {
      delayMs: Math.min(Math.max(error.retryAfterMs, SHORTEST_WAIT_MS), LONGEST_WAIT_MS),
    });
  }
}

/** Nothing is stored when it is gone at the provider, or may still turn out to be a dial's. */
async function storeOne(context: Context, conversationId: string, runId: string | null): Promise<void> {
  const facts = await context.voice.getConversation(conversationId);
  if (facts === null) return;
  const now = await context.now();
  const merged = await inTransaction(context.db, async (tx) => {
    await lockConversation(tx, conversationId);
    // A run that was interrupted may have stored it while this one was reading it.
    const known = await knownConversations(tx, [conversationId]);
    if (!isNews(facts, known.get(conversationId))) return null;
    // A look of our own, after the fact: an analysis that was made again stands above the first.
    const stored = await mergeOrAdopt(tx, { facts, source: 'reconciled', now });
    if (stored === null) return null;
    const waiting = await mergeWaitingEvents(tx, context, conversationId);
    if (runId !== null) await countStored(tx, runId, whose(stored, facts));
    return { stored, waiting };
  });
  if (merged === null) return;
  const all = [merged.stored, ...merged.waiting.flatMap((event) => event.merged ?? [])];
  const over = all.find(({ ended, dialled }) => ended && dialled);
  if (over !== undefined) await reached(context.workflows.callEnded(over.leadId, over.callId));
  const notified = merged.waiting.map(({ eventId }) => eventId);
  await markNotified(context.db, notified, now);
  for (const leadId of new Set(all.flatMap(({ replied }) => replied)))
    await reached(context.workflows.contactReplied(leadId));
  for (const id of new Set(all.flatMap(({ followUps }) => followUps)))
    await reached(context.workflows.startFollowUp(id));
}

/** Null for a talk in the browser, or a one-off call, that is nobody's: nobody need look for its lead. */
function whose({ leadId, dialled }: Merged, { kind }: ConversationFacts): AttributionState | null {
  if (leadId !== null) return 'attributed';
  return kind === 'browser' || dialled ? null : 'unattributed';
}

import { heartbeat, log, sleep } from '@temporalio/activity';
import { inTransaction } from '../db/client.ts';
import { mergeOrAdopt } from '../db/queries/adopt.ts';
import type { Merged } from '../db/queries/facts.ts';
import { lockConversation } from '../db/queries/locks.ts';
import {
  beginRun,
  findRun,
  finishRun,
  knownConversations,
  openConversations,
  type SyncCounts,
  turnPage,
} from '../db/queries/sync-runs.ts';
import type { ConversationListItem } from '../providers/ports.ts';
import { ProviderError } from '../providers/ports.ts';
import { mergeWaitingWebhooks } from './calls.ts';
import type { ActivityDeps } from './deps.ts';

/** What a run came to. */
export interface SyncReport extends SyncCounts {
  pages: number;
}

const PAGE_SIZE = 100;
const CONCURRENCY = 4;
const FETCHES_PER_SECOND = 20;
/** Adopted conversations are watched for this long; none lasts longer. */
const WATCHED_FOR_MS = 86_400_000;
const MOST_WATCHED = 200;

export function createSyncing(deps: ActivityDeps) {
  return {
    /** Begins a walk over the provider's conversations, or goes on with the one that this workflow left. */
    async beginSync({ workflowId, since }: { workflowId: string; since: string | null }) {
      const now = await deps.now();
      const run = await beginRun(deps.db, {
        workflowId,
        since: since === null ? null : new Date(since),
        now,
      });
      return { runId: run.id };
    },

    /** The next page: what is new or changed is fetched and stored. Done twice it counts once. */
    async syncPage({ runId }: { runId: string }): Promise<{ more: boolean }> {
      const run = await findRun(deps.db, runId);
      if (run === null || run.finished_at !== null || (run.pages > 0 && run.cursor === null))
        return { more: false };
      const { items, nextCursor } = await deps.voice.listConversations({
        startedAfter: run.since,
        startedBefore: run.until,
        pageSize: PAGE_SIZE,
        ...(run.cursor === null ? {} : { cursor: run.cursor }),
      });
      heartbeat();
      const changed = await changedOnes(deps, items);
      const counts = await storeAll(deps, changed);
      // A cursor that leads to itself would never end.
      const cursor = nextCursor === run.cursor ? null : nextCursor;
      await turnPage(deps.db, run, { counts: { ...counts, seen: items.length }, cursor });
      return { more: cursor !== null };
    },

    /** Looks after conversations that were under way when they were stored, and ends the run. */
    async finishSync({ runId }: { runId: string }): Promise<SyncReport> {
      const now = await deps.now();
      const open = await openConversations(deps.db, new Date(now.getTime() - WATCHED_FOR_MS), MOST_WATCHED);
      await storeAll(deps, open);
      const run = await finishRun(deps.db, runId, now);
      const { pages, seen, stored, attributed, unattributed, failed } = run;
      if (failed > 0) log.warn('conversations could not be read', { runId, failed });
      return { pages, seen, stored, attributed, unattributed, failed };
    },
  };
}

async function changedOnes(deps: ActivityDeps, items: ConversationListItem[]): Promise<string[]> {
  const known = await knownConversations(
    deps.db,
    items.map(({ conversationId }) => conversationId),
  );
  return items
    .filter((item) => {
      const stored = known.get(item.conversationId);
      if (stored === undefined || !stored.ended || !stored.told) return true;
      // The analysis may come after the end, and may be made again.
      return item.status === 'ended' && item.verdict !== null && item.verdict !== stored.verdict;
    })
    .map(({ conversationId }) => conversationId);
}

/** A few at a time and so many a second; what fails is counted, and met again by the next run. */
async function storeAll(deps: ActivityDeps, conversationIds: string[]): Promise<SyncCounts> {
  const counts = { seen: 0, stored: 0, attributed: 0, unattributed: 0, failed: 0 };
  const waiting = [...conversationIds];
  const intervalMs = 1_000 / (deps.syncFetchesPerSecond ?? FETCHES_PER_SECOND);
  let nextAtMs = performance.now();
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const waitMs = nextAtMs - performance.now();
      nextAtMs = Math.max(nextAtMs, performance.now()) + intervalMs;
      if (waitMs > 1) await sleep(waitMs);
      heartbeat();
      try {
        count(counts, await storeOne(deps, id));
      } catch (error) {
        // A provider that is throttling us wants less of us, not the next request.
        if (error instanceof ProviderError && error.status === 429) {
          waiting.length = 0;
          throw error;
        }
        counts.failed += 1;
        log.warn('a conversation was skipped', { conversationId: id, failure: (error as Error).name });
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return counts;
}

function count(counts: SyncCounts, merged: (Merged & { phone: boolean }) | null): void {
  if (merged === null) return;
  counts.stored += 1;
  if (merged.leadId !== null) counts.attributed += 1;
  else if (merged.phone) counts.unattributed += 1;
}

/** Null when it is gone at the provider, or may still turn out to be a dial's. */
async function storeOne(
  deps: ActivityDeps,
  conversationId: string,
): Promise<(Merged & { phone: boolean }) | null> {
  const facts = await deps.voice.getConversation(conversationId);
  if (facts === null) return null;
  const now = await deps.now();
  const merged = await inTransaction(deps.db, async (tx) => {
    await lockConversation(tx, conversationId);
    const { centsPerCredit } = deps;
    const stored = await mergeOrAdopt(tx, { facts, source: 'poll', now, centsPerCredit });
    if (stored !== null) await mergeWaitingWebhooks(tx, deps, conversationId);
    return stored;
  });
  if (merged === null) return null;
  if (merged.ended && merged.dialled && merged.leadId !== null)
    await deps.signals.callEnded(merged.leadId, merged.callId);
  for (const leadId of merged.replied) await deps.signals.contactReplied(leadId);
  return { ...merged, phone: facts.kind !== 'browser' };
}

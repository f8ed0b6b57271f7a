import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { type Call, type CallPage, type EventType, listCalls } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { ApiProblem } from '../client/problem.ts';
import type { LiveEvent } from './stream.ts';

/** The API's limit. */
const MAX_IDS = 100;
/** A figure or list that events affect is refetched at most this often. */
const INTERVAL_MS = 1_000;
/** Key prefixes of all lists of calls. */
const CALL_LISTS = [['calls'], ['call-page'], keys.liveCalls] as const;

interface Patcher {
  apply(event: LiveEvent): void;
  /** Refetches what is shown and failed, once the server is back. */
  retryFailed(): void;
  stop(): void;
}

/**
 * Applies events to the query cache. Calls named by events are fetched in batches, and their rows replaced in
 * place. Figures and lists that may have changed are refetched, but only while shown and at most once a
 * second.
 */
export function createPatcher(client: QueryClient): Patcher {
  const calls = new Set<string>();
  const stale = new Map<string, readonly unknown[]>();
  let reading = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refreshedAt = 0;
  let stopped = false;

  const readCalls = async (): Promise<void> => {
    if (reading || stopped) return;
    reading = true;
    try {
      while (calls.size > 0) {
        const ids = [...calls].slice(0, MAX_IDS);
        for (const id of ids) calls.delete(id);
        try {
          const { items } = await listCalls({ ids: ids.join(','), limit: MAX_IDS });
          if (stopped) return;
          // A list in flight may have been read before this change, and would restore the old state.
          for (const { queryKey } of listsOnTheirWay(client)) touch(queryKey);
          patchCalls(client, items);
        } catch (error) {
          // What could not be fetched is refetched when the server is back.
          if (error instanceof ApiProblem && error.isPassing) markCallsStale(client);
          break;
        }
      }
    } finally {
      reading = false;
    }
  };

  const refresh = () => {
    timer = undefined;
    refreshedAt = Date.now();
    const due = [...stale.values()];
    stale.clear();
    for (const queryKey of due) {
      // A fetch in flight may predate the event. Restarting it faster than it is answered would never finish,
      // so it is awaited and then repeated.
      if (client.isFetching({ queryKey }) > 0) touch(queryKey);
      else void client.invalidateQueries({ queryKey, refetchType: 'active' });
    }
  };

  const touch = (queryKey: readonly unknown[]) => {
    stale.set(JSON.stringify(queryKey), queryKey);
    timer ??= setTimeout(refresh, Math.max(0, refreshedAt + INTERVAL_MS - Date.now()));
  };

  return {
    apply(event) {
      if (event.callId !== null && isWatched(client)) {
        calls.add(event.callId);
        void readCalls();
      }
      for (const queryKey of touchedBy(event)) touch(queryKey);
    },
    retryFailed() {
      void client.refetchQueries({
        type: 'active',
        predicate: ({ state: { error } }) => error instanceof ApiProblem && error.isPassing,
      });
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Whether the cache contains any list of calls, or any call. */
function isWatched(client: QueryClient): boolean {
  return [...CALL_LISTS, ['call']].some(
    (queryKey) => client.getQueryCache().findAll({ queryKey }).length > 0,
  );
}

function listsOnTheirWay(client: QueryClient) {
  return CALL_LISTS.flatMap((queryKey) =>
    client.getQueryCache().findAll({ queryKey, fetchStatus: 'fetching' }),
  );
}

/** Other key prefixes that an event may affect. */
function touchedBy(event: LiveEvent): (readonly unknown[])[] {
  const touched: (readonly unknown[])[] = [['workspace-metrics']];
  const family = event.type.split('.')[0];
  if (event.campaignId !== null) {
    touched.push(keys.progress(event.campaignId), ['metrics', event.campaignId], ['leads', event.campaignId]);
    if (family === 'campaign') touched.push(['campaigns'], keys.campaign(event.campaignId));
    if (COUNT_CHANGERS.has(event.type)) touched.push(keys.campaigns({ include: 'summary' }));
  }
  if (event.leadId !== null)
    touched.push(keys.lead(event.leadId), keys.why(event.leadId), keys.timeline(event.leadId));
  // What holds a lead may be its campaign's or its contact's; those events do not name the lead.
  if (family === 'campaign' || family === 'contact') touched.push(['why']);
  if (event.callId !== null) touched.push(keys.call(event.callId));
  if (event.messageId !== null) touched.push(['messages']);
  if (event.deliveryId !== null || family === 'endpoint') touched.push(keys.webhooks, ['deliveries']);
  // Conversations show who has opted out.
  if (family === 'contact') touched.push(keys.optOuts, ['messages']);
  if (mayNeedAttention(event)) touched.push(keys.attention);
  // A call that just began or was attributed may belong into lists that lack it.
  if (LIST_CHANGERS.has(event.type)) touched.push(['calls']);
  // A list that was still in flight misses this change.
  if (LIVE_CHANGERS.has(event.type)) touched.push(keys.liveCalls, keys.numberHealth);
  return touched;
}

const LIVE_CHANGERS = new Set<EventType>(['call.started', 'call.ended']);
/** Events that change the counts in the campaign list. */
const COUNT_CHANGERS = new Set<EventType>([
  'call.started',
  'call.ended',
  'lead.converted',
  'lead.finished',
  'leads.added',
]);
const LIST_CHANGERS = new Set<EventType>(['call.started', 'call.attributed', 'conversation.stored']);

function mayNeedAttention({ type }: LiveEvent): boolean {
  return /^(call\.(?:ended|updated|settled|overdue|hang_up_failed)|campaign\.|follow_up\.failed|message\.failed|endpoint\.|attention\.)/.test(
    type,
  );
}

function markCallsStale(client: QueryClient): void {
  for (const queryKey of CALL_LISTS) void client.invalidateQueries({ queryKey });
}

/** Replaces calls by their current state wherever they are cached. */
export function patchCalls(client: QueryClient, calls: readonly Call[]): void {
  const byId = new Map(calls.map((call) => [call.id, call]));
  const replace = (items: Call[]): Call[] =>
    items.some(({ id }) => byId.has(id)) ? items.map((item) => byId.get(item.id) ?? item) : items;
  client.setQueriesData<InfiniteData<CallPage>>({ queryKey: ['calls'] }, (data) =>
    data?.pages === undefined
      ? data
      : { ...data, pages: data.pages.map((page) => ({ ...page, items: replace(page.items) })) },
  );
  client.setQueriesData<CallPage>(
    { queryKey: ['call-page'] },
    (data) => data && { ...data, items: replace(data.items) },
  );
  client.setQueryData<CallPage>(
    keys.liveCalls,
    (data) => data && { ...data, items: liveWith(data.items, byId) },
  );
}

/** Calls in flight keep their places, new ones come last: the order is by start. */
function liveWith(items: readonly Call[], byId: ReadonlyMap<string, Call>): Call[] {
  const known = new Set(items.map(({ id }) => id));
  const begun = [...byId.values()].filter(({ id, status }) => status !== 'ended' && !known.has(id));
  const kept = items.map((item) => byId.get(item.id) ?? item).filter(({ status }) => status !== 'ended');
  return [...kept, ...begun.sort((a, b) => a.startedAt.localeCompare(b.startedAt))];
}

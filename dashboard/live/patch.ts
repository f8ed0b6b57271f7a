import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { type Call, type CallPage, type EventType, listCalls } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { ApiProblem } from '../client/problem.ts';
import type { LiveEvent } from './stream.ts';

/** The API takes so many ids at once. */
const MOST_IDS = 100;
/** How often a figure or list that an event touches is asked for again, at most. */
const RHYTHM_MS = 1_000;
/** The beginnings of the keys of all lists of calls. */
const CALL_LISTS = [['calls'], ['call-page'], keys.liveCalls] as const;

interface Patcher {
  apply(event: LiveEvent): void;
  /** Asks again for what is shown and could not be read: for when the server is back. */
  retryFailed(): void;
  stop(): void;
}

/**
 * Carries events into the query cache. A call that is told of is read, together with others that were told of
 * meanwhile, and its row is changed where it stands; figures and lists that it may have moved are read anew, only
 * where they are shown and at most once a second.
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
        const ids = [...calls].slice(0, MOST_IDS);
        for (const id of ids) calls.delete(id);
        try {
          const { items } = await listCalls({ ids: ids.join(','), limit: MOST_IDS });
          if (stopped) return;
          // A list that is on its way may have been read before this, and would put back what was.
          for (const { queryKey } of listsOnTheirWay(client)) touch(queryKey);
          patchCalls(client, items);
        } catch (error) {
          // What nobody could tell of is asked for when the server is back.
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
      // What is on its way was perhaps read before the event; begun anew faster than it is answered, it would never
      // come. So it is awaited, and asked for again after that.
      if (client.isFetching({ queryKey }) > 0) touch(queryKey);
      else void client.invalidateQueries({ queryKey, refetchType: 'active' });
    }
  };

  const touch = (queryKey: readonly unknown[]) => {
    stale.set(JSON.stringify(queryKey), queryKey);
    timer ??= setTimeout(refresh, Math.max(0, refreshedAt + RHYTHM_MS - Date.now()));
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

/** Whether any list of calls or single call is in the cache at all. */
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

/** What else an event may have changed, as the beginnings of keys. */
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
  if (event.callId !== null) touched.push(keys.call(event.callId));
  if (event.messageId !== null) touched.push(['messages']);
  if (event.deliveryId !== null || family === 'endpoint') touched.push(keys.webhooks, ['deliveries']);
  // Conversations say who has opted out.
  if (family === 'contact') touched.push(keys.optOuts, ['messages']);
  if (mayNeedAttention(event)) touched.push(keys.attention);
  // A call that has just begun or was attributed may belong into lists that do not have it yet.
  if (LIST_CHANGERS.has(event.type)) touched.push(['calls']);
  // What was told while the list was still on its way is in none of its rows.
  if (LIVE_CHANGERS.has(event.type)) touched.push(keys.liveCalls, keys.numberHealth);
  return touched;
}

const LIVE_CHANGERS = new Set<EventType>(['call.started', 'call.ended']);
/** What moves the counts that a list of campaigns shows. */
const COUNT_CHANGERS = new Set<EventType>([
  'call.started',
  'call.ended',
  'lead.converted',
  'lead.finished',
  'leads.added',
]);
const LIST_CHANGERS = new Set<EventType>(['call.started', 'call.attributed', 'conversation.stored']);

function mayNeedAttention({ type }: LiveEvent): boolean {
  return /^(call\.ended|call\.updated|campaign\.|follow_up\.failed|message\.failed|endpoint\.|attention\.)/.test(
    type,
  );
}

function markCallsStale(client: QueryClient): void {
  for (const queryKey of CALL_LISTS) void client.invalidateQueries({ queryKey });
}

/** Puts calls as they are now in the place of what was known of them. */
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

/** Those under way stay in their places, new ones come last: the order is by the time at which they began. */
function liveWith(items: readonly Call[], byId: ReadonlyMap<string, Call>): Call[] {
  const known = new Set(items.map(({ id }) => id));
  const begun = [...byId.values()].filter(({ id, status }) => status !== 'ended' && !known.has(id));
  const kept = items.map((item) => byId.get(item.id) ?? item).filter(({ status }) => status !== 'ended');
  return [...kept, ...begun.sort((a, b) => a.startedAt.localeCompare(b.startedAt))];
}

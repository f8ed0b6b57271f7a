import { type QueryClient, type UseQueryResult, useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Call, type CallPage, type EventType, listCalls } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { useLiveEvents } from '../../live/provider.tsx';
import type { LiveEvent } from '../../live/stream.ts';
import { isNear, type Link, startsOf, withHead, withPage } from './chain.ts';

export type CallFilter = Omit<NonNullable<Parameters<typeof listCalls>[0]>, 'cursor' | 'limit' | 'ids'>;

/** The API's limit. */
const PAGE_ROWS = 200;
/** An invisible page is dropped after this time, so that memory stays bounded. */
const KEPT_MS = 15_000;
/** New calls are fetched at most this often. */
const INTERVAL_MS = 1_000;
/** Scrolled no further than this, new calls may enter at the top. */
const TOP_ROWS = 4;
/** Events that may bring a call into the list; the last ones only when it filters by result. */
const ENTERING = new Set<EventType>(['call.started', 'call.attributed', 'conversation.stored']);
const SETTLING = new Set<EventType>(['call.ended', 'call.marked', 'lead.converted']);

interface Place {
  chain: readonly Link[];
  first: number;
}
const BEGINNING: Place = { chain: [{ cursor: null, size: null }], first: 0 };

/**
 * Calls of a filter, in any number; only the pages around the visible rows are held, and `rows` has gaps
 * elsewhere. Calls that begin while the list is scrolled down set `hasNewer` and move nothing.
 */
export function useCallPages(filter: CallFilter) {
  const client = useQueryClient();
  const [place] = useState(() => client.getQueryData<Place>(keys.callPlace(filter)) ?? BEGINNING);
  const [chain, setChain] = useState(place.chain);
  const [seen, setSeen] = useState({ first: place.first, last: place.first });
  const starts = useMemo(() => startsOf(chain), [chain]);
  const wanted = chain.flatMap((link, index) => (isNear(starts, index, seen) ? [{ ...link, index }] : []));
  const { pages, failed } = useQueries({
    queries: wanted.map(({ cursor }) => ({
      queryKey: keys.callPage(filter, cursor),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        cursor === null
          ? readHead(client, filter, signal)
          : listCalls({ ...filter, cursor, limit: PAGE_ROWS }, { signal }),
      gcTime: KEPT_MS,
    })),
    combine,
  });
  const next = wanted.reduce((links, { index, cursor }, at) => {
    const page = pages[at];
    return page === undefined || links[index]?.cursor !== cursor ? links : withPage(links, index, page);
  }, chain);
  if (next !== chain) setChain(next);

  const total = starts.at(-1) ?? 0;
  const from = starts[wanted[0]?.index ?? 0] ?? 0;
  const rows = useMemo(() => {
    const filled = new Array<Call | undefined>(total).fill(undefined);
    let row = from;
    for (const page of pages) {
      for (const call of page?.items ?? []) {
        if (row < total) filled[row] = call;
        row += 1;
      }
      // A page in flight counts as full or as the last.
      if (page === undefined) row += PAGE_ROWS;
    }
    return filled;
  }, [total, from, pages]);

  useEffect(() => {
    client.setQueryData<Place>(keys.callPlace(filter), { chain, first: seen.first });
  }, [client, filter, chain, seen.first]);
  const onVisible = useCallback(
    (first: number, last: number) =>
      setSeen((was) => (was.first === first && was.last === last ? was : { first, last })),
    [],
  );
  return {
    rows,
    isLoaded: chain[0]?.size !== null,
    hasMore: chain.at(-1)?.size === null,
    error: failed?.error ?? null,
    retry: () => void failed?.refetch(),
    startAt: place.first,
    onVisible,
    hasNewer: useNewer(client, filter, seen.first),
  };
}

/** Combines queries into their data and one of their errors; stable while neither changes. */
function combine(queries: UseQueryResult<CallPage>[]) {
  return {
    pages: queries.map(({ data }) => data),
    failed: queries.find(({ error, data }) => error !== null && data === undefined),
  };
}

/** Refetches the first page when calls begin; when that would move the visible rows, it sets `hasNewer`. */
function useNewer(client: QueryClient, filter: CallFilter, first: number) {
  const [hasNewer, setHasNewer] = useState(false);
  const isTop = useRef(true);
  isTop.current = first <= TOP_ROWS;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onEvent = useCallback(
    (event: LiveEvent) => {
      if (!mayEnter(event, filter)) return;
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        if (!isTop.current) return setHasNewer(true);
        setHasNewer(false);
        void client.invalidateQueries({ queryKey: keys.callPage(filter, null) });
      }, INTERVAL_MS);
    },
    [client, filter],
  );
  useLiveEvents(onEvent);
  return hasNewer;
}

function mayEnter({ type, campaignId }: LiveEvent, filter: CallFilter): boolean {
  const { campaign, reach, disposition, status, to } = filter;
  const isSettled = reach !== undefined || disposition !== undefined || status !== undefined;
  if (!ENTERING.has(type) && !(isSettled && SETTLING.has(type))) return false;
  // A past period gets no new calls.
  return (
    (campaign === undefined || campaign === campaignId) && (to === undefined || Date.parse(to) > Date.now())
  );
}

/** The newest calls, followed by the known ones. */
async function readHead(client: QueryClient, filter: CallFilter, signal: AbortSignal): Promise<CallPage> {
  const fetched = await listCalls({ ...filter, limit: PAGE_ROWS }, { signal });
  return withHead(client.getQueryData<CallPage>(keys.callPage(filter, null)), fetched);
}

import { type QueryClient, type QueryKey, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import {
  hasStaleDue,
  isDue,
  itemsOf,
  type KeptPage,
  type KeptPages,
  type PageOf,
  type VisibleRows,
  withFresh,
} from './kept-pages.ts';

/** Pages of a list that does not report visibility are refetched one by one at this interval. */
const INTERVAL_MS = 1_000;

type ReadPage<Item> = (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<Item>>;

/**
 * A list fetched page by page; `items` holds all pages in order. However long the list, an event refetches
 * only its first page and the visible ones: pass `onVisible` to the table that shows them. A list without a
 * table is refetched page by page.
 *
 * @param idOf identifies an item
 * @example usePages(keys.calls(filter), (cursor, signal) => listCalls({ ...filter, cursor }, { signal }), ({ id }) => id)
 */
export function usePages<Item>(
  queryKey: QueryKey,
  read: ReadPage<Item>,
  idOf: (item: Item) => string | number,
) {
  const client = useQueryClient();
  const [visible, setVisible] = useState<VisibleRows | null>(null);
  const query = useInfiniteQuery<KeptPage<Item>, Error, KeptPages<Item>, QueryKey, string | undefined>({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      readKept(client, {
        queryKey,
        cursor: pageParam,
        visible,
        idOf,
        read: (cursor) => read(cursor, signal),
      }),
    initialPageParam: undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const { data, isFetching, isError, refetch } = query;
  const isStale = !isFetching && !isError && data !== undefined && hasStaleDue(data.pages, visible);
  const delayMs = visible === null ? INTERVAL_MS : 0;
  useEffect(() => {
    if (!isStale) return;
    const timer = setTimeout(() => void refetch(), delayMs);
    return () => clearTimeout(timer);
  }, [isStale, delayMs, refetch]);
  const onVisible = useCallback(
    (first: number, last: number) =>
      setVisible((was) => (was?.first === first && was.last === last ? was : { first, last })),
    [],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `idOf` does not change.
  const items = useMemo(() => data && itemsOf(data.pages, idOf), [data]);
  return { ...query, items, onVisible };
}

interface Reading<Item> {
  queryKey: QueryKey;
  cursor: string | undefined;
  visible: VisibleRows | null;
  idOf: (item: Item) => string | number;
  read: (cursor: string | undefined) => Promise<PageOf<Item>>;
}

/** One page for the cache, fetched when new or due, otherwise from the cache. */
export async function readKept<Item>(
  client: QueryClient,
  { queryKey, cursor, visible, idOf, read }: Reading<Item>,
): Promise<KeptPage<Item>> {
  const state = client.getQueryState<KeptPages<Item>>(queryKey);
  const at = state?.data?.pageParams.indexOf(cursor) ?? -1;
  const known = state?.data?.pages[at];
  if (state?.data === undefined || known === undefined) return fresh(await read(cursor));
  if (isDue(state.data.pages, at, visible)) return fresh(withFresh(known, await read(cursor), idOf));
  return state.isInvalidated && !known.isStale ? { ...known, isStale: true } : known;
}

function fresh<Item>({ items, nextCursor }: PageOf<Item>): KeptPage<Item> {
  return { items, nextCursor, readAt: Date.now(), isStale: false };
}

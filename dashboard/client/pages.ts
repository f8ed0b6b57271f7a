import { type QueryClient, type QueryKey, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import {
  hasDueBehind,
  isDue,
  itemsOf,
  type KeptPage,
  type KeptPages,
  type PageOf,
  type Sight,
  withFresh,
} from './kept-pages.ts';

/** Pages of unknown visibility are refreshed one by one, at most this often. */
const RHYTHM_MS = 1_000;

type ReadPage<Item> = (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<Item>>;

/**
 * A list that is read page by page; `items` holds all pages read so far. However long it is, a refresh reads only the
 * first page and the visible ones: pass `onVisible` to the table that shows them. A list that is rendered as a whole is
 * refreshed page by page.
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
  const [sight, setSight] = useState<Sight | null>(null);
  const query = useInfiniteQuery<KeptPage<Item>, Error, KeptPages<Item>, QueryKey, string | undefined>({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      readKept(client, { queryKey, cursor: pageParam, sight, idOf, read: (cursor) => read(cursor, signal) }),
    initialPageParam: undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const { data, isFetching, isError, refetch } = query;
  const isBehind = !isFetching && !isError && data !== undefined && hasDueBehind(data.pages, sight);
  const delayMs = sight === null ? RHYTHM_MS : 0;
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(() => void refetch(), delayMs);
    return () => clearTimeout(timer);
  }, [isBehind, delayMs, refetch]);
  const onVisible = useCallback(
    (first: number, last: number) =>
      setSight((was) => (was?.first === first && was.last === last ? was : { first, last })),
    [],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: by what an item is known does not change.
  const items = useMemo(() => data && itemsOf(data.pages, idOf), [data]);
  return { ...query, items, onVisible };
}

interface Reading<Item> {
  queryKey: QueryKey;
  cursor: string | undefined;
  sight: Sight | null;
  idOf: (item: Item) => string | number;
  read: (cursor: string | undefined) => Promise<PageOf<Item>>;
}

/** One page for the cache: read when it is new or due, otherwise from the cache. */
export async function readKept<Item>(
  client: QueryClient,
  { queryKey, cursor, sight, idOf, read }: Reading<Item>,
): Promise<KeptPage<Item>> {
  const state = client.getQueryState<KeptPages<Item>>(queryKey);
  const at = state?.data?.pageParams.indexOf(cursor) ?? -1;
  const known = state?.data?.pages[at];
  if (state?.data === undefined || known === undefined) return fresh(await read(cursor));
  if (isDue(state.data.pages, at, sight)) return fresh(withFresh(known, await read(cursor), idOf));
  return state.isInvalidated && !known.isBehind ? { ...known, isBehind: true } : known;
}

function fresh<Item>({ items, nextCursor }: PageOf<Item>): KeptPage<Item> {
  return { items, nextCursor, readAt: Date.now(), isBehind: false };
}

import { type InfiniteData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
}

/**
 * A list read page by page. `items` holds all pages that were read, one after the other.
 *
 * @example usePages(keys.calls(filter), (cursor, signal) => listCalls({ ...filter, cursor }, { signal }))
 */
export function usePages<Item>(
  queryKey: QueryKey,
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<Item>>,
) {
  const query = useInfiniteQuery<
    PageOf<Item>,
    Error,
    InfiniteData<PageOf<Item>>,
    QueryKey,
    string | undefined
  >({
    queryKey,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  return { ...query, items };
}

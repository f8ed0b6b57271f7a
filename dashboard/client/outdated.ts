import { InfiniteQueryObserver, type Query, type QueryClient } from '@tanstack/react-query';
import { ApiProblem, messageOf } from './problem.ts';

/** Shown data that could not be refetched. */
export interface Outdated {
  /** `more`: the shown data are current, but the next page could not be fetched. */
  lacks: 'news' | 'more';
  /** In a few words. */
  reason: string;
  /** In full. */
  detail: string;
}

/** The first failed query whose older data are still shown; null when there is none. */
export function findOutdated(client: QueryClient): Outdated | null {
  const failed = failedReadings(client);
  const first = failed.find((query) => !isOfMore(query)) ?? failed[0];
  if (first === undefined) return null;
  const { error } = first.state;
  return {
    lacks: isOfMore(first) ? 'more' : 'news',
    reason: error instanceof ApiProblem ? error.title : messageOf(error),
    detail: messageOf(error),
  };
}

/** Refetches everything that is shown with older data. */
export async function readOutdated(client: QueryClient): Promise<void> {
  await Promise.all(
    failedReadings(client).map((query) => {
      const list = query.observers.find((observer) => observer instanceof InfiniteQueryObserver);
      return isOfMore(query) && list !== undefined
        ? list.fetchNextPage()
        : client.refetchQueries({ queryKey: query.queryKey, exact: true });
    }),
  );
}

function failedReadings(client: QueryClient): Query[] {
  return client
    .getQueryCache()
    .findAll({ type: 'active' })
    .filter(({ state }) => state.status === 'error' && state.data !== undefined);
}

/** Whether the failure concerns the list's next page. */
function isOfMore({ state }: Query): boolean {
  return state.fetchMeta?.fetchMore?.direction === 'forward';
}

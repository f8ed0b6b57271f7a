import { InfiniteQueryObserver, type Query, type QueryClient } from '@tanstack/react-query';
import { ApiProblem, messageOf } from './problem.ts';

/** What is shown and could not be read anew. */
export interface Outdated {
  /** `more`: what is shown is true, and what follows it could not be read. */
  lacks: 'news' | 'more';
  /** In a few words. */
  reason: string;
  /** In full. */
  detail: string;
}

/** The first of the readings that failed while older data are shown in their place; null when there is none. */
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

/** Reads everything once more that is shown as it was. */
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

/** Whether it is the list's next page that did not come. */
function isOfMore({ state }: Query): boolean {
  return state.fetchMeta?.fetchMore?.direction === 'forward';
}

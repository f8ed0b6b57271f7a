import { InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/react-query';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { findOutdated, readOutdated } from './outdated.ts';
import { ApiProblem } from './problem.ts';

let client: QueryClient;
let isAway: boolean;
beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  isAway = false;
});

function answer<Data>(data: Data): Data {
  if (isAway) throw ApiProblem.unreachable();
  return data;
}

async function show(key: string): Promise<() => void> {
  const observer = new QueryObserver(client, { queryKey: [key], queryFn: async () => answer(key) });
  const leave = observer.subscribe(() => {});
  onTestFinished(leave);
  await vi.waitFor(() => expect(observer.getCurrentResult().isFetching).toBe(false));
  return leave;
}

test('data that could not be refetched are reported until they are', async () => {
  await show('figures');
  expect(findOutdated(client)).toBeNull();
  isAway = true;
  await client.refetchQueries();
  expect(findOutdated(client)).toMatchObject({ lacks: 'news', reason: 'Ringleader does not answer' });
  expect(client.getQueryData(['figures'])).toBe('figures');
  await readOutdated(client);
  expect(findOutdated(client)).not.toBeNull();
  isAway = false;
  await readOutdated(client);
  expect(findOutdated(client)).toBeNull();
});

test('data that never arrived, or are no longer shown, are not reported', async () => {
  const leave = await show('figures');
  isAway = true;
  await show('another');
  expect(findOutdated(client)).toBeNull();
  await client.refetchQueries({ queryKey: ['figures'] });
  expect(findOutdated(client)).not.toBeNull();
  leave();
  expect(findOutdated(client)).toBeNull();
});

test('a list without its next page is up to date as far as it goes, and continues from there', async () => {
  const observer = new InfiniteQueryObserver(client, {
    queryKey: ['list'],
    queryFn: async ({ pageParam }) => answer(pageParam),
    initialPageParam: 1,
    getNextPageParam: (last: number) => last + 1,
  });
  onTestFinished(observer.subscribe(() => {}));
  await vi.waitFor(() => expect(observer.getCurrentResult().isSuccess).toBe(true));
  isAway = true;
  await observer.fetchNextPage();
  expect(findOutdated(client)).toMatchObject({ lacks: 'more' });
  isAway = false;
  await readOutdated(client);
  expect(observer.getCurrentResult().data?.pages).toEqual([1, 2]);
  expect(findOutdated(client)).toBeNull();
  // Shown beside outdated data, it comes second.
  await show('figures');
  isAway = true;
  await observer.fetchNextPage();
  await client.refetchQueries({ queryKey: ['figures'] });
  expect(findOutdated(client)).toMatchObject({ lacks: 'news' });
});

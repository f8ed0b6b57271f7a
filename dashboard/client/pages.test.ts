import { InfiniteQueryObserver, QueryClient, type QueryKey } from '@tanstack/react-query';
import { expect, onTestFinished, test, vi } from 'vitest';
import { itemsOf, type KeptPage, type KeptPages, type VisibleRows, withFresh } from './kept-pages.ts';
import { readKept } from './pages.ts';

const KEY = ['list'];
const PER_PAGE = 10;

interface Row {
  id: number;
  says: string;
}

/** A server's list, newest first, and a page that shows it. */
function shownList(length: number, visibleAtFirst: VisibleRows | null = null) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const list = {
    rows: Array.from({ length }, (_, at): Row => ({ id: length - at, says: 'as it was' })),
    visible: visibleAtFirst,
    asked: [] as string[],
  };
  const read = async (cursor: string | undefined) => {
    list.asked.push(cursor ?? 'first');
    const behind = cursor === undefined ? list.rows : list.rows.filter(({ id }) => id < Number(cursor));
    const items = behind.slice(0, PER_PAGE).map((row) => ({ ...row }));
    return { items, nextCursor: behind.length > PER_PAGE ? String(items.at(-1)?.id) : null };
  };
  const observer = new InfiniteQueryObserver<
    KeptPage<Row>,
    Error,
    KeptPages<Row>,
    QueryKey,
    string | undefined
  >(client, {
    queryKey: KEY,
    queryFn: ({ pageParam }) =>
      readKept(client, {
        queryKey: KEY,
        cursor: pageParam,
        visible: list.visible,
        idOf: ({ id }) => id,
        read,
      }),
    initialPageParam: undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  onTestFinished(observer.subscribe(() => {}));
  const pages = () => observer.getCurrentResult().data?.pages ?? [];
  return {
    list,
    pages,
    ids: () => itemsOf(pages(), ({ id }) => id).map(({ id }) => id),
    says: (id: number) =>
      pages()
        .flatMap(({ items }) => items)
        .find((row) => row.id === id)?.says,
    async readTo(count: number) {
      await vi.waitFor(() => expect(observer.getCurrentResult().isFetching).toBe(false));
      while (pages().length < count) await observer.fetchNextPage();
      list.asked = [];
    },
    touch: () => client.invalidateQueries({ queryKey: KEY }),
    readAgain: () => observer.refetch(),
  };
}

const downFrom = (first: number, count = first) => Array.from({ length: count }, (_, at) => first - at);

test('of a hundred pages, only the visible ones and the first are refetched', async () => {
  const shown = shownList(1_000);
  await shown.readTo(100);
  shown.list.visible = { first: 505, last: 515 };
  for (const row of shown.list.rows) row.says = 'again';
  await shown.touch();
  expect(shown.list.asked).toEqual(['first', '501', '491']);
  expect(shown.ids()).toEqual(downFrom(1_000));
  expect([shown.says(1_000), shown.says(500), shown.says(485)]).toEqual(['again', 'again', 'again']);
  // Invisible pages are unchanged, and marked as stale.
  expect([shown.says(400), shown.pages().filter(({ isStale }) => isStale).length]).toEqual(['as it was', 97]);
  shown.list.visible = { first: 600, last: 605 };
  await shown.readAgain();
  expect([shown.says(400), shown.pages().filter(({ isStale }) => isStale).length]).toEqual(['again', 96]);
});

test('new rows appear on top, removed ones disappear, and no row is lost or doubled', async () => {
  const shown = shownList(60, { first: 0, last: 5 });
  await shown.readTo(6);
  shown.list.rows = [63, 62, 61, ...downFrom(60)]
    .filter((id) => id !== 58)
    .map((id) => ({ id, says: 'again' }));
  await shown.touch();
  expect(shown.list.asked).toEqual(['first']);
  expect(shown.ids()).toEqual(downFrom(63).filter((id) => id !== 58));
});

test('more new rows than a page holds leave no gap', async () => {
  const shown = shownList(40, { first: 0, last: 5 });
  await shown.readTo(4);
  shown.list.rows = downFrom(80).map((id) => ({ id, says: 'again' }));
  await shown.touch();
  expect(shown.ids()).toEqual(downFrom(80, 40));
});

test('a list without visible rows is refetched page by page', async () => {
  const shown = shownList(50);
  await shown.readTo(5);
  for (const row of shown.list.rows) row.says = 'again';
  await shown.touch();
  expect(shown.list.asked).toEqual(['first']);
  for (const left of [3, 2, 1, 0]) {
    shown.list.asked = [];
    await shown.readAgain();
    expect(shown.list.asked).toHaveLength(2);
    expect(shown.pages().filter(({ isStale }) => isStale)).toHaveLength(left);
  }
  expect(
    shown
      .pages()
      .flatMap(({ items }) => items)
      .every(({ says }) => says === 'again'),
  ).toBe(true);
});

test('the end of a shortened or lengthened list is found', () => {
  const idOf = (id: number) => id;
  const ended = { items: [1, 2, 3], nextCursor: null };
  expect(withFresh({ items: [1, 2, 3, 4], nextCursor: '4' }, ended, idOf)).toEqual(ended);
  const longer = { items: [1, 2, 3, 4], nextCursor: '4' };
  expect(withFresh(ended, longer, idOf)).toEqual(longer);
  // When rows were reordered, those pushed out still follow the last.
  expect(
    withFresh({ items: [1, 2, 3, 4], nextCursor: 'x' }, { items: [9, 4, 1, 2], nextCursor: '2' }, idOf),
  ).toEqual({
    items: [9, 4, 1, 2, 3],
    nextCursor: 'x',
  });
});

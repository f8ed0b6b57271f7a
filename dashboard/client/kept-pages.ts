import type { InfiniteData } from '@tanstack/react-query';

/** A page grows by new items at its start. Beyond this size it is cut, and later pages are refetched. */
const LONGEST_PAGE = 1_000;

export interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A page as fetched. */
export interface KeptPage<Item> extends PageOf<Item> {
  /** Unix milliseconds. */
  readAt: number;
  /** The list has changed since, and this page was not refetched. */
  isStale: boolean;
}

export type KeptPages<Item> = InfiniteData<KeptPage<Item>, string | undefined>;

/** The visible rows, by their positions in the list. */
export interface VisibleRows {
  first: number;
  last: number;
}

/**
 * Whether a page is refetched with the list: always the first, and the visible ones. When the list does not
 * report visibility (`visible` is null), the stale pages take turns.
 */
export function isDue<Item>(
  pages: readonly KeptPage<Item>[],
  at: number,
  visible: VisibleRows | null,
): boolean {
  if (at === 0) return true;
  return visible === null ? at === stalestPage(pages) : isVisible(pages, at, visible);
}

/** Whether a page is stale that should not be. */
export function hasStaleDue<Item>(pages: readonly KeptPage<Item>[], visible: VisibleRows | null): boolean {
  return pages.some(({ isStale }, at) => isStale && (visible === null || isVisible(pages, at, visible)));
}

/** Position of the stale page with the oldest data; -1 when none is stale. */
function stalestPage<Item>(pages: readonly KeptPage<Item>[]): number {
  return pages.reduce((found, { isStale, readAt }, at) => {
    const best = pages[found];
    return isStale && (best === undefined || readAt < best.readAt) ? at : found;
  }, -1);
}

function isVisible<Item>(
  pages: readonly KeptPage<Item>[],
  at: number,
  { first, last }: VisibleRows,
): boolean {
  const begin = pages.slice(0, at).reduce((rows, { items }) => rows + items.length, 0);
  return begin <= last && begin + (pages[at]?.items.length ?? 0) > first;
}

/**
 * Replaces a page by its new state. Items that new ones pushed beyond its end stay in it, so that it still
 * ends where the next page begins. Without overlap, the known items are dropped.
 */
export function withFresh<Item>(
  known: PageOf<Item>,
  fetched: PageOf<Item>,
  idOf: (item: Item) => string | number,
): PageOf<Item> {
  if (fetched.nextCursor === null) return fetched;
  const fresh = new Set(fetched.items.map(idOf));
  const places = new Map(known.items.map((item, place) => [idOf(item), place]));
  const end = fetched.items.findLast((item) => places.has(idOf(item)));
  if (end === undefined) return fetched;
  const behind = known.items.slice((places.get(idOf(end)) ?? 0) + 1).filter((item) => !fresh.has(idOf(item)));
  if (fetched.items.length + behind.length > LONGEST_PAGE) return fetched;
  const reachesFurther = behind.length === 0 && known.nextCursor === null;
  return {
    items: [...fetched.items, ...behind],
    nextCursor: reachesFurther ? fetched.nextCursor : known.nextCursor,
  };
}

/**
 * Each item once: pages fetched at different times may both contain one that moved; the first position
 * counts.
 */
export function itemsOf<Item>(pages: readonly PageOf<Item>[], idOf: (item: Item) => string | number): Item[] {
  const byId = new Map<string | number, Item>();
  for (const { items } of pages) {
    for (const item of items) {
      if (!byId.has(idOf(item))) byId.set(idOf(item), item);
    }
  }
  return [...byId.values()];
}

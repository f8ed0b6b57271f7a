import type { InfiniteData } from '@tanstack/react-query';

/** A page grows by new items at its beginning. Past this it is cut, and the pages behind it are read again. */
const LONGEST_PAGE = 1_000;

export interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A page as it was read. */
export interface KeptPage<Item> extends PageOf<Item> {
  /** Milliseconds since 1970. */
  readAt: number;
  /** The list has changed since, and this page was not read again. */
  isBehind: boolean;
}

export type KeptPages<Item> = InfiniteData<KeptPage<Item>, string | undefined>;

/** The visible rows, by their positions in the list. */
export interface Sight {
  first: number;
  last: number;
}

/**
 * Whether a page is read again with its list: the first always, of the others those that are visible. Where visibility
 * is unknown (`sight` is null), the outdated pages take turns.
 */
export function isDue<Item>(pages: readonly KeptPage<Item>[], at: number, sight: Sight | null): boolean {
  if (at === 0) return true;
  return sight === null ? at === longestBehind(pages) : isSeen(pages, at, sight);
}

/** Whether a page is outdated that should not be. */
export function hasDueBehind<Item>(pages: readonly KeptPage<Item>[], sight: Sight | null): boolean {
  return pages.some(({ isBehind }, at) => isBehind && (sight === null || isSeen(pages, at, sight)));
}

/** Position of the outdated page that was read longest ago; -1 when none is outdated. */
function longestBehind<Item>(pages: readonly KeptPage<Item>[]): number {
  return pages.reduce((found, { isBehind, readAt }, at) => {
    const best = pages[found];
    return isBehind && (best === undefined || readAt < best.readAt) ? at : found;
  }, -1);
}

function isSeen<Item>(pages: readonly KeptPage<Item>[], at: number, { first, last }: Sight): boolean {
  const begin = pages.slice(0, at).reduce((rows, { items }) => rows + items.length, 0);
  return begin <= last && begin + (pages[at]?.items.length ?? 0) > first;
}

/**
 * The page as it is now, in its old place. Items that new ones have pushed out stay in it, so that it still ends where
 * the next page begins. Where old and new do not overlap, the old items are dropped.
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

/** Every item once. An item that moved may be in two pages that were read at different times; the first holds. */
export function itemsOf<Item>(pages: readonly PageOf<Item>[], idOf: (item: Item) => string | number): Item[] {
  const byId = new Map<string | number, Item>();
  for (const { items } of pages) {
    for (const item of items) {
      if (!byId.has(idOf(item))) byId.set(idOf(item), item);
    }
  }
  return [...byId.values()];
}

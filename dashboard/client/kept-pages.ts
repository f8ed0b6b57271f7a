import type { InfiniteData } from '@tanstack/react-query';

/** A page grows by what is new at its beginning; past this it is cut, and the pages behind it are found anew. */
const LONGEST_PAGE = 1_000;

export interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A page as it was read. */
export interface KeptPage<Item> extends PageOf<Item> {
  /** Milliseconds since 1970. */
  readAt: number;
  /** The list was touched since, and this page was left as it was. */
  isBehind: boolean;
}

export type KeptPages<Item> = InfiniteData<KeptPage<Item>, string | undefined>;

/** The rows that are seen, by their places in the list. */
export interface Sight {
  first: number;
  last: number;
}

/**
 * Whether a page is read anew when the list is: the first always is, and of the others those that are seen. Where the
 * list does not tell (`sight` is null), one of those that are behind, in turn.
 */
export function isDue<Item>(pages: readonly KeptPage<Item>[], at: number, sight: Sight | null): boolean {
  if (at === 0) return true;
  return sight === null ? at === longestBehind(pages) : isSeen(pages, at, sight);
}

/** Whether a page is behind that should not be. */
export function hasDueBehind<Item>(pages: readonly KeptPage<Item>[], sight: Sight | null): boolean {
  return pages.some(({ isBehind }, at) => isBehind && (sight === null || isSeen(pages, at, sight)));
}

/** Place of the page behind that was read the longest ago; -1 when none is behind. */
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
 * A page as it is now, to stand where it stood: what was pushed out at its end by what is new stays in it, so that it
 * still ends where the next page begins. Where the two do not meet, what was known is left out.
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

/** Every item once: pages that were read at different times may both have one that moved, and the first tells where. */
export function itemsOf<Item>(pages: readonly PageOf<Item>[], idOf: (item: Item) => string | number): Item[] {
  const byId = new Map<string | number, Item>();
  for (const { items } of pages) {
    for (const item of items) {
      if (!byId.has(idOf(item))) byId.set(idOf(item), item);
    }
  }
  return [...byId.values()];
}

import type { CallPage } from '../../client/generated.ts';

/** A page is fetched when it is this many rows from the visible ones. */
const MARGIN = 60;
/** The first page grows by new calls. Beyond this size it is cut, and later pages are refetched. */
const LONGEST_HEAD = 1_000;

/** A page of the list: its start, and its length once fetched. */
export interface Link {
  cursor: string | null;
  size: number | null;
}

/** Replaces the start of `known` by `fetched`. Without overlap, the known rows are dropped. */
export function withHead(known: CallPage | undefined, fetched: CallPage): CallPage {
  const last = fetched.items.at(-1);
  if (known === undefined || last === undefined || fetched.nextCursor === null) return fetched;
  const ids = new Set(fetched.items.map(({ id }) => id));
  if (!known.items.some(({ id }) => ids.has(id))) return fetched;
  const behind = known.items.filter(({ id, startedAt }) => !ids.has(id) && startedAt <= last.startedAt);
  if (behind.length === 0 || fetched.items.length + behind.length > LONGEST_HEAD) return fetched;
  return { items: [...fetched.items, ...behind], nextCursor: known.nextCursor };
}

/** The start of each page, and finally the end of the list as far as known. */
export function startsOf(chain: readonly Link[]): number[] {
  const starts = [0];
  for (const { size } of chain) starts.push((starts.at(-1) ?? 0) + (size ?? 0));
  return starts;
}

export function isNear(
  starts: readonly number[],
  index: number,
  { first, last }: { first: number; last: number },
): boolean {
  const begin = starts[index] ?? 0;
  const end = starts[index + 1] ?? begin;
  return begin <= last + MARGIN && Math.max(end, begin + 1) > first - MARGIN;
}

/** Enters a page's length and the next cursor; returns the same chain when nothing changed. */
export function withPage(
  chain: readonly Link[],
  index: number,
  { items, nextCursor }: CallPage,
): readonly Link[] {
  const here = chain[index];
  const after = chain[index + 1];
  if (here === undefined) return chain;
  if (here.size === items.length && (after?.cursor ?? null) === nextCursor) return chain;
  const before = [...chain.slice(0, index), { ...here, size: items.length }];
  if (nextCursor === null) return before;
  return [
    ...before,
    ...(after?.cursor === nextCursor ? chain.slice(index + 1) : [{ cursor: nextCursor, size: null }]),
  ];
}

import type { CallPage } from '../../client/generated.ts';

/** Pages are fetched when they come so near to what is seen, in rows. */
const MARGIN = 60;
/** The first page grows by the calls that begin; past this it is cut, and the pages behind it are found anew. */
const LONGEST_HEAD = 1_000;

/** A page of the list: where it begins, and how long it is once it was read. */
export interface Link {
  cursor: string | null;
  size: number | null;
}

/** `fetched` in the place of the beginning of `known`. Where the two do not meet, what was known is left out. */
export function withHead(known: CallPage | undefined, fetched: CallPage): CallPage {
  const last = fetched.items.at(-1);
  if (known === undefined || last === undefined || fetched.nextCursor === null) return fetched;
  const ids = new Set(fetched.items.map(({ id }) => id));
  if (!known.items.some(({ id }) => ids.has(id))) return fetched;
  const behind = known.items.filter(({ id, startedAt }) => !ids.has(id) && startedAt <= last.startedAt);
  if (behind.length === 0 || fetched.items.length + behind.length > LONGEST_HEAD) return fetched;
  return { items: [...fetched.items, ...behind], nextCursor: known.nextCursor };
}

/** Where each page begins, and last where the list ends, as far as it is known. */
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

/** The chain with what a page tells of itself and of the next; the same chain when that is known. */
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

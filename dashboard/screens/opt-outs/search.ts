import { type RawSearch, textOf } from '../../format/search.ts';

/** `q`: part of a number. */
export function optOutsSearch(raw: RawSearch): { q?: string | undefined } {
  return { q: textOf(raw.q) };
}

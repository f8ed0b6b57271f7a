import { type RawSearch, textOf } from '../../format/search.ts';

/** `call`: the call being attributed. `q`: part of a number. */
export function unattributedSearch(raw: RawSearch): { call?: string | undefined; q?: string | undefined } {
  return { call: textOf(raw.call), q: textOf(raw.q) };
}

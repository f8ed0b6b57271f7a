import type { Call } from '../../client/generated.ts';

/** The wall's places: the call in each, and the list they were assigned from. */
export interface Slots {
  of: readonly Call[];
  places: readonly (Call | null)[];
}

export const NO_SLOTS: Slots = { of: [], places: [] };

/**
 * A call keeps its place while it lasts. A freed place stays empty until another call begins, so that nothing
 * moves under the pointer; empty places at the end are removed.
 */
export function assignSlots(before: Slots, calls: readonly Call[]): Slots {
  const byId = new Map(calls.map((call) => [call.id, call]));
  const places = before.places.map((held) => (held === null ? null : (byId.get(held.id) ?? null)));
  for (const held of places) if (held !== null) byId.delete(held.id);
  let free = 0;
  for (const call of byId.values()) {
    while (free < places.length && places[free] !== null) free += 1;
    places[free] = call;
  }
  while (places.length > 0 && places.at(-1) === null) places.pop();
  return { of: calls, places };
}

import { expect, test } from 'vitest';
import type { Call } from '../../client/generated.ts';
import { assignSlots, NO_SLOTS } from './slots.ts';

const calls = (...ids: string[]) => ids.map((id) => ({ id }) as Call);
const shown = (slots: typeof NO_SLOTS) => slots.places.map((call) => call?.id ?? null);

test('a call that ended leaves the wall, and the others keep their places', () => {
  const before = assignSlots(NO_SLOTS, calls('a', 'b', 'c'));
  expect(shown(before)).toEqual(['a', 'b', 'c']);
  const after = assignSlots(before, calls('a', 'c'));
  expect(shown(after)).toEqual(['a', null, 'c']);
  expect(shown(assignSlots(after, calls('a', 'c', 'd', 'e')))).toEqual(['a', 'd', 'c', 'e']);
});

test('places at the end go with their calls, until none is left', () => {
  const before = assignSlots(NO_SLOTS, calls('a', 'b', 'c'));
  expect(shown(assignSlots(before, calls('a')))).toEqual(['a']);
  expect(shown(assignSlots(before, []))).toEqual([]);
});

test('a place shows its call as it is now', () => {
  const before = assignSlots(NO_SLOTS, calls('a'));
  const [answered] = [{ id: 'a', status: 'in_progress' } as Call];
  expect(assignSlots(before, [answered]).places).toEqual([answered]);
});

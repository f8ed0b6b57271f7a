import type { Reach } from './call.ts';

/**
 * What a person may say of a call that nobody could account for. `placed`: the phone rang, and how it ended is not
 * known.
 */
export const SETTLEMENTS = ['placed', 'not_placed', 'answered', 'no_answer'] as const;
export type Settlement = (typeof SETTLEMENTS)[number];

/** The call's reach by a person's word. */
export function reachOfSettlement(settlement: Settlement): Reach {
  return settlement === 'placed' ? 'unknown' : settlement;
}

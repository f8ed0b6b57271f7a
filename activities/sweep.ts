import type { Context } from '#services/context.ts';
import { sweep } from '#services/sweep/sweep.ts';

/** What the sweep's workflow asks for. */
export function createSweepActivities(context: Context) {
  return { sweep: () => sweep(context) };
}

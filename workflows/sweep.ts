import type { SweepReport } from '#services/sweep/sweep.ts';
import { sweep } from './activities.ts';

/** Run by a schedule: mends what a crash between two steps left behind. */
export async function sweepWorkflow(): Promise<SweepReport> {
  return await sweep();
}

import { createConcluding } from './concluding.ts';
import type { ActivityDeps } from './deps.ts';
import { createDialling } from './dialling.ts';
import { createFeeding } from './feeding.ts';
import { createPolling } from './polling.ts';
import { createSweeping } from './sweeping.ts';

export function createActivities(deps: ActivityDeps) {
  return {
    ...createFeeding(deps),
    ...createDialling(deps),
    ...createPolling(deps),
    ...createConcluding(deps),
    ...createSweeping(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;

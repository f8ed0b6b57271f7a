import { createConcluding } from './concluding.ts';
import { createDelivering } from './delivering.ts';
import type { ActivityDeps } from './deps.ts';
import { createDialling } from './dialling.ts';
import { createFeeding } from './feeding.ts';
import { createFollowingUp } from './following-up.ts';
import { createMessaging } from './messaging.ts';
import { createPolling } from './polling.ts';
import { createReplying } from './replying.ts';
import { createSingleCalls } from './single-calls.ts';
import { createSweeping } from './sweeping.ts';
import { createSyncing } from './syncing.ts';

export function createActivities(deps: ActivityDeps) {
  return {
    ...createFeeding(deps),
    ...createDialling(deps),
    ...createPolling(deps),
    ...createConcluding(deps),
    ...createSingleCalls(deps),
    ...createSweeping(deps),
    ...createSyncing(deps),
    ...createDelivering(deps),
    ...createFollowingUp(deps),
    ...createMessaging(deps),
    ...createReplying(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;

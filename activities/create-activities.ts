import { createConcluding } from '#services/calls/conclude.ts';
import { createDialling } from '#services/calls/dial.ts';
import { createPolling } from '#services/calls/poll.ts';
import { createSingleCalls } from '#services/calls/single-calls.ts';
import { createFeeding } from '#services/campaigns/feed.ts';
import type { ActivityDeps } from '#services/context.ts';
import { createFollowingUp } from '#services/follow-ups/perform.ts';
import { createReplying } from '#services/messages/reply.ts';
import { createMessaging } from '#services/messages/send.ts';
import { createSyncing } from '#services/provider-events/sync.ts';
import { createSweeping } from '#services/sweep/sweep.ts';
import { createDelivering } from '#services/webhooks/deliver.ts';

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

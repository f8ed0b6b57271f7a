import type { Context } from '#services/context.ts';
import { beginSync, finishSync, syncPage } from '#services/provider-events/sync.ts';

export function createSyncActivities(context: Context) {
  return {
    beginSync: ({ workflowId, since }: { workflowId: string; since: string | null }) =>
      beginSync(context, { workflowId, since: since === null ? null : new Date(since) }),
    syncPage: (page: { runId: string }) => syncPage(context, page),
    finishSync: (run: { runId: string }) => finishSync(context, run),
  };
}

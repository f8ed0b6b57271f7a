import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { SyncReport } from '#services/provider-events/sync.ts';
import { syncing } from './activities.ts';

export interface SyncInput {
  /** ISO time from which on conversations are walked; null for where the last walk ended. */
  since: string | null;
  /** The run that is gone on with. */
  runId?: string;
}

const PAGES_PER_RUN = 50;

/** Walks the provider's list of conversations, page by page, into the database. */
export async function syncWorkflow({ since, runId: begun }: SyncInput): Promise<SyncReport> {
  const { workflowId } = workflowInfo();
  const runId = begun ?? (await syncing.beginSync({ workflowId, since })).runId;
  for (let page = 0; page < PAGES_PER_RUN; page += 1) {
    const { more } = await syncing.syncPage({ runId });
    if (!more) return await syncing.finishSync({ runId });
  }
  return await continueAsNew<typeof syncWorkflow>({ since, runId });
}

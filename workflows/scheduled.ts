import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '#activities/create-activities.ts';
import { LOST_WORKER } from './shared.ts';

/** Goes through many rows, so it may take long; the heartbeat shows a lost worker soon. */
const { sweep } = proxyActivities<Pick<Activities, 'sweep'>>({
  startToCloseTimeout: '30 minutes',
  ...LOST_WORKER,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Pages of the provider's list. A page that fails begins again; what it stored before stays and is counted once. */
const { beginSync, syncPage, finishSync } = proxyActivities<
  Pick<Activities, 'beginSync' | 'syncPage' | 'finishSync'>
>({
  startToCloseTimeout: '10 minutes',
  ...LOST_WORKER,
  retry: { initialInterval: '2 seconds', maximumInterval: '1 minute' },
});

const PAGES_PER_RUN = 50;

/** Mends what a crash between two steps left behind. */
export async function sweepWorkflow(): ReturnType<Activities['sweep']> {
  return await sweep();
}

export interface SyncInput {
  /** ISO time of the oldest conversation to read; null for where the last sync ended. */
  since: string | null;
  /** The sync that this run continues. */
  runId?: string;
}

/** Reads the provider's list of conversations into the database, page by page. */
export async function syncWorkflow({ since, runId: begun }: SyncInput): ReturnType<Activities['finishSync']> {
  const { workflowId } = workflowInfo();
  const runId = begun ?? (await beginSync({ workflowId, since })).runId;
  for (let page = 0; page < PAGES_PER_RUN; page += 1) {
    const { more } = await syncPage({ runId });
    if (!more) return await finishSync({ runId });
  }
  return await continueAsNew<typeof syncWorkflow>({ since, runId });
}

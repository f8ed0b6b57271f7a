import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '#activities/create-activities.ts';
import { workAgainSignal } from './messages.ts';
import { LOST_WORKER } from './shared.ts';

/** Goes through all leads of a campaign, so it may take long. */
const { workOnLeads } = proxyActivities<Pick<Activities, 'workOnLeads'>>({
  startToCloseTimeout: '1 hour',
  ...LOST_WORKER,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Work on all leads of a campaign, beside the campaign's own workflow: the rows say what is to be done. */
export async function leadWorkWorkflow({ campaignId }: { campaignId: string }): Promise<void> {
  let again = false;
  setHandler(workAgainSignal, () => {
    again = true;
  });
  do {
    again = false;
    await workOnLeads({ campaignId });
  } while (again);
}

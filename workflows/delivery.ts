import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '#activities/create-activities.ts';
import { deliverNowSignal } from './messages.ts';
import { LOST_WORKER, waitFor } from './shared.ts';

/**
 * One attempt, whose request times out after ten seconds. These retries are for the database; another attempt is
 * the workflow's decision.
 */
const { attemptDelivery } = proxyActivities<Pick<Activities, 'attemptDelivery'>>({
  startToCloseTimeout: '1 minute',
  ...LOST_WORKER,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

export interface DeliveryInput {
  deliveryId: string;
}

/**
 * Takes one outbound webhook through its attempts, over days. Its row says when the next one is due; a signal only
 * makes the workflow look again.
 */
export async function deliveryWorkflow({ deliveryId }: DeliveryInput): Promise<void> {
  let lookAgain = false;
  setHandler(deliverNowSignal, () => {
    lookAgain = true;
  });
  do {
    lookAgain = false;
    const step = await attemptDelivery({ deliveryId });
    if (step.next === 'wait') {
      await waitFor(() => lookAgain, Math.max(1, step.delayMs), 'until the next attempt');
      lookAgain = true;
    }
  } while (lookAgain);
}

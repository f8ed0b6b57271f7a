import { setHandler } from '@temporalio/workflow';
import { attemptDelivery } from './activities.ts';
import { deliverNowSignal } from './messages.ts';
import { waitFor } from './waiting.ts';

export interface DeliveryInput {
  deliveryId: string;
}

/**
 * Carries one outbound webhook through its attempts, over days. Its row says when the next one is due; a signal
 * only makes it look again.
 */
export async function deliveryWorkflow({ deliveryId }: DeliveryInput): Promise<void> {
  let woken = false;
  setHandler(deliverNowSignal, () => {
    woken = true;
  });
  do {
    woken = false;
    const step = await attemptDelivery({ deliveryId });
    if (step.next === 'wait') {
      await waitFor(() => woken, Math.max(1, step.delayMs), 'until the next attempt');
      woken = true;
    }
  } while (woken);
}

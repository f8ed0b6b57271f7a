import type { Context } from '#services/context.ts';
import { attemptDelivery, type DeliveryStep, type InFlight } from '#services/webhooks/deliveries.ts';

export function createDeliveryActivities(context: Context) {
  const inFlight: InFlight = new Map();
  return {
    attemptDelivery: ({ deliveryId }: { deliveryId: string }): Promise<DeliveryStep> =>
      attemptDelivery(context, { deliveryId, inFlight }),
  };
}

import type { Context } from '#services/context.ts';
import { createCallActivities } from './calls.ts';
import { createCampaignActivities } from './campaigns.ts';
import { createDeliveryActivities } from './deliveries.ts';
import { asActivity } from './failures.ts';
import { createFollowUpActivities } from './follow-ups.ts';
import { createMessageActivities } from './messages.ts';
import { createSweepActivities } from './sweep.ts';
import { createSyncActivities } from './sync.ts';

/** Everything that a worker runs as an activity, by the names that workflows know. */
export function createActivities(context: Context) {
  return translating({
    ...createCampaignActivities(context),
    ...createCallActivities(context),
    ...createSweepActivities(context),
    ...createSyncActivities(context),
    ...createFollowUpActivities(context),
    ...createMessageActivities(context),
    ...createDeliveryActivities(context),
  });
}

/** What a use case throws on purpose becomes the failure that Temporal acts on. */
function translating<T extends Record<string, (...args: never[]) => Promise<unknown>>>(useCases: T): T {
  const translated = Object.entries(useCases).map(([name, run]) => [
    name,
    (...args: never[]) => asActivity(() => run(...args)),
  ]);
  return Object.fromEntries(translated) as T;
}

export type Activities = ReturnType<typeof createActivities>;

import type { Client } from '@temporalio/client';
import { between, seededRandom } from '#simulator/random.ts';
import { callOverSignal, type FloorCampaign, type FloorLead, lineBackSignal } from './messages.ts';

/** A simulated call takes at least five seconds of ringing, at most the longest talk and analysis. */
const CALL_SECONDS = [97, 272] as const;

export interface FloorFeed {
  leadIds: string[];
  open: number;
}

/** Activities that answer at once with answers in the product's form, and do nothing else. */
export function createFloorActivities({ client, speed }: { client: Client; speed: number }) {
  return {
    async feed(request: { campaign: FloorCampaign; startedLeadIds: string[]; limit: number; from: number }) {
      const { campaign, from, limit } = request;
      const count = Math.min(limit, campaign.leads - from);
      const leadIds = Array.from({ length: count }, (_, index) => `${campaign.id}-${from + index}`);
      return { leadIds, open: campaign.leads - from } satisfies FloorFeed;
    },

    /**
     * Stands for the phone network too: after a call's duration it sends the signal that a webhook would
     * bring.
     */
    async place({ leadId }: FloorLead) {
      const [shortest, longest] = CALL_SECONDS;
      const callMs = (between(seededRandom('floor', leadId), shortest, longest) * 1_000) / speed;
      setTimeout(() => {
        // A stopped lead needs no signal.
        client.workflow
          .getHandle(`lead/${leadId}`)
          .signal(callOverSignal, { callId: leadId })
          .catch(() => undefined);
      }, callMs);
      return {
        callId: leadId,
        pollAfterMs: 90_000,
        deadlineAt: new Date(Date.now() + 750_000).toISOString(),
      };
    },

    async conclude({ campaignId, leadId, line }: FloorLead) {
      await client.workflow.getHandle(`campaign/${campaignId}`).signal(lineBackSignal, { leadId, line });
      return { kind: 'finished' };
    },

    async complete(_campaign: { campaignId: string }) {
      return { completed: true };
    },
  };
}

export type FloorActivities = ReturnType<typeof createFloorActivities>;

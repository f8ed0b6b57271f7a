import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { type CallRef, closeLead, concludeLeadCall, concludeOneOffCall } from '#services/calls/conclude.ts';
import { placeOneOffCall } from '#services/calls/one-off.ts';
import { placeLeadCall, type Turns } from '#services/calls/place-lead.ts';
import { pollCall } from '#services/calls/poll.ts';
import type { LeadAttempt } from '#services/calls/subject.ts';
import { feedLeads } from '#services/campaigns/earlier.ts';
import { auditLines, type FeedRequest, feedCampaign } from '#services/campaigns/feed.ts';
import { closeCampaign, workOnLeads } from '#services/campaigns/lead-work.ts';
import { beginCampaign, completeCampaign } from '#services/campaigns/transitions.ts';
import type { Context } from '#services/context.ts';
import { PermanentFailure, RetryLater } from '#services/errors.ts';
import {
  abandonFollowUp,
  type FollowUpRef,
  performFollowUp,
  readFollowUp,
} from '#services/follow-ups/perform.ts';
import { abandonReply, composeReply } from '#services/messages/reply.ts';
import { sendText } from '#services/messages/send.ts';
import { beginSync, finishSync, syncPage } from '#services/provider-events/sync.ts';
import { sweep } from '#services/sweep/sweep.ts';
import { attemptDelivery, type DeliveryStep, type InFlight } from '#services/webhooks/deliveries.ts';

interface CallId {
  callId: string;
}
interface CampaignId {
  campaignId: string;
}
interface MessageId {
  messageId: string;
}
interface RunId {
  runId: string;
}

/** How often an activity says that its worker lives. */
export const HEARTBEAT_MS = 2_000;

/**
 * Everything that a worker runs as an activity, by the names that workflows know. Each calls one service, takes and
 * gives plain JSON, and heartbeats meanwhile.
 */
export function createActivities(context: Context) {
  // What one process knows of its own work: whose turn it is to dial, and how many webhooks an endpoint is sent.
  const turns: Turns = new Map();
  const inFlight: InFlight = new Map();
  return asActivities(context, {
    feedCampaign: (request: FeedRequest) => feedCampaign(context, request),
    feedLeads: (request: Parameters<typeof feedLeads>[1]) => feedLeads(context, request),
    auditLines: (lines: CampaignId & { leadIds: string[] }) => auditLines(context, lines),
    beginCampaign: (campaign: CampaignId) => beginCampaign(context, campaign),
    completeCampaign: (campaign: CampaignId) => completeCampaign(context, campaign),
    stopLeads: (campaign: CampaignId) => workOnLeads(context, campaign),
    workOnLeads: (campaign: CampaignId) => workOnLeads(context, campaign),
    closeCampaign: (campaign: CampaignId) => closeCampaign(context, campaign),

    placeCall: (attempt: Omit<LeadAttempt, 'kind'>) => placeLeadCall(context, { ...attempt, turns }),
    placeSingleCall: (call: CallId) => placeOneOffCall(context, call),
    pollCall: (call: CallId) => pollCall(context, call),
    concludeCall: (call: CallRef) => concludeLeadCall(context, call),
    concludeSingleCall: (call: CallId) => concludeOneOffCall(context, call),
    closeLead: (lead: CampaignId & { leadId: string }) => closeLead(context, lead),

    readFollowUp: (followUp: FollowUpRef) => readFollowUp(context, followUp),
    performFollowUp: (followUp: FollowUpRef) => performFollowUp(context, followUp),
    abandonFollowUp: (followUp: FollowUpRef) => abandonFollowUp(context, followUp),

    sendText: (message: MessageId) => sendText(context, message),
    composeReply: (message: MessageId) => composeReply(context, message),
    abandonReply: (message: MessageId) => abandonReply(context, message),

    attemptDelivery: ({ deliveryId }: { deliveryId: string }): Promise<DeliveryStep> =>
      attemptDelivery(context, { deliveryId, inFlight }),

    beginSync: ({ workflowId, since }: { workflowId: string; since: string | null }) =>
      beginSync(context, { workflowId, since: since === null ? null : new Date(since) }),
    syncPage: (page: RunId) => syncPage(context, page),
    finishSync: (run: RunId) => finishSync(context, run),

    sweep: () => sweep(context),
  });
}

export type Activities = ReturnType<typeof createActivities>;

/**
 * Each heartbeats while it is at work, however short it should be: a lost worker must show soon. What a service throws
 * on purpose becomes the failure that Temporal acts on.
 */
function asActivities<T extends Record<string, (...args: never[]) => Promise<unknown>>>(
  context: Context,
  services: T,
): T {
  const activities = Object.entries(services).map(([name, run]) => [
    name,
    async (...args: never[]) => {
      const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      try {
        return await run(...args);
      } catch (error) {
        throw toFailure(error);
      } finally {
        clearInterval(timer);
      }
    },
  ]);
  return Object.fromEntries(activities) as T;
}

function toFailure(error: unknown): unknown {
  if (error instanceof RetryLater) {
    return ApplicationFailure.create({
      type: error.type,
      message: error.message,
      ...(error.delayMs === null ? {} : { nextRetryDelay: error.delayMs }),
      ...(error.expected ? { category: ApplicationFailureCategory.BENIGN } : {}),
    });
  }
  if (error instanceof PermanentFailure) return ApplicationFailure.nonRetryable(error.message, error.type);
  return error;
}

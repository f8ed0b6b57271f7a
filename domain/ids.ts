/** Builds every identifier that several parts of the product must spell the same way. */

/** As PostgreSQL writes one. */
export const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The campaign's workflow. */
export function campaignWorkflowId(campaignId: string): string {
  return `campaign/${campaignId}`;
}

/** Work on all leads of a campaign. */
export function leadWorkWorkflowId(campaignId: string): string {
  return `lead-work/${campaignId}`;
}

/** The lead's workflow. */
export function leadWorkflowId(leadId: string): string {
  return `lead/${leadId}`;
}

/**
 * The id of one attempt to reach a lead: also the id of its call row and of the dial at the provider. It is a
 * function of lead and attempt, so that running the same step twice finds the same row.
 */
export function attemptId(leadId: string, attempt: number): string {
  return `${leadId}.${attempt}`;
}

/** A one-off call's workflow. */
export function callWorkflowId(callId: string): string {
  return `call/${callId}`;
}

/** The workflow that waits for the end of a dial: its lead's, or its own where it is for no lead. */
export function waitingWorkflowId({ leadId, callId }: { leadId: string | null; callId: string }): string {
  return leadId === null ? callWorkflowId(callId) : leadWorkflowId(leadId);
}

/** What follows a call, one workflow each. */
export function followUpWorkflowId(followUpId: string): string {
  return `follow-up/${followUpId}`;
}

/** One outbound webhook, with its repeats. */
export function deliveryWorkflowId(deliveryId: string): string {
  return `delivery/${deliveryId}`;
}

/** One text that is sent. */
export function messageWorkflowId(messageId: string): string {
  return `message/${messageId}`;
}

/** The answer to one received text. */
export function replyWorkflowId(messageId: string): string {
  return `reply/${messageId}`;
}

/** The walk over the provider's list of conversations, one at a time. */
export const SYNC_WORKFLOW_ID = 'sync';
export const SYNC_SCHEDULE_ID = 'sync';

/** A walk that somebody asked for, from an ISO time on. */
export function syncWorkflowId(since: string): string {
  return `sync/${since}`;
}

/** The schedule and workflow that deliver what a crash left behind. */
export const SWEEP_SCHEDULE_ID = 'sweep';
export const SWEEP_WORKFLOW_ID = 'sweep';

/** Search attributes that the Temporal Web UI filters by; both keywords, neither personal. */
export const SEARCH_ATTRIBUTES = { campaign: 'RingleaderCampaign', state: 'RingleaderState' } as const;

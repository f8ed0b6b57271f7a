/** Every identifier that more than one part of the product must spell the same way is built here. */

/** The campaign's workflow. */
export function campaignWorkflowId(campaignId: string): string {
  return `campaign/${campaignId}`;
}

/** The lead's workflow. */
export function leadWorkflowId(leadId: string): string {
  return `lead/${leadId}`;
}

/**
 * The id of one attempt to reach a lead: also the id of its call row and of the dial at the provider. It is a
 * function of lead and attempt, so that running the same step twice meets the same row.
 */
export function attemptId(leadId: string, attempt: number): string {
  return `${leadId}.${attempt}`;
}

/** The schedule and workflow that deliver what a crash left behind. */
export const SWEEP_SCHEDULE_ID = 'sweep';
export const SWEEP_WORKFLOW_ID = 'sweep';

/** Search attributes that the Temporal Web UI filters by; both keywords, neither personal. */
export const SEARCH_ATTRIBUTES = { campaign: 'RingleaderCampaign', state: 'RingleaderState' } as const;

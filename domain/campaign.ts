export const CAMPAIGN_STATUSES = ['draft', 'scheduled', 'running', 'paused', 'completed', 'stopped'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

export type CampaignAction = 'start' | 'pause' | 'resume' | 'stop' | 'archive';

const allowedFrom: Record<CampaignAction, readonly CampaignStatus[]> = {
  start: ['draft', 'scheduled'],
  pause: ['running', 'scheduled'],
  resume: ['paused'],
  stop: ['scheduled', 'running', 'paused'],
  archive: ['draft', 'completed', 'stopped'],
};

/** Why the action is not possible in this status, or null when it is. */
export function refusal(action: CampaignAction, status: CampaignStatus): string | null {
  if (allowedFrom[action].includes(status)) return null;
  return `A campaign that is ${status} cannot ${action}; it must be ${allowedFrom[action].join(' or ')}.`;
}

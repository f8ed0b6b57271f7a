export const CAMPAIGN_STATUSES = ['draft', 'scheduled', 'running', 'paused', 'completed', 'stopped'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** A campaign's status as its progress shows it; `stopping` is stopped with calls still in flight. */
export const CAMPAIGN_STAGES = [...CAMPAIGN_STATUSES, 'stopping'] as const;

/** How a campaign's workflow sees it: never as a draft, and after a stop as `stopping` until its last call ends. */
export type CampaignRunStatus = Exclude<(typeof CAMPAIGN_STAGES)[number], 'draft' | 'stopped'>;

interface Transition {
  /** Completes "A campaign that is paused cannot …". */
  verb: string;
  from: readonly CampaignStatus[];
}

/**
 * From which statuses each action is possible. The API asks about the campaign's row, the workflow about what it
 * knows of itself.
 */
const TRANSITIONS = {
  start: { verb: 'start', from: ['draft', 'scheduled'] },
  pause: { verb: 'pause', from: ['running', 'scheduled'] },
  resume: { verb: 'resume', from: ['paused'] },
  stop: { verb: 'stop', from: ['scheduled', 'running', 'paused'] },
  /** By the workflow alone: the row takes new settings in every status. */
  changeSettings: { verb: 'change its settings', from: ['scheduled', 'running', 'paused'] },
  archive: { verb: 'archive', from: ['draft', 'completed', 'stopped'] },
} satisfies Record<string, Transition>;

export type CampaignAction = keyof typeof TRANSITIONS;

/** Why the action is not possible in this status, or null when it is. */
export function refusal(action: CampaignAction, status: CampaignStatus | CampaignRunStatus): string | null {
  const { verb, from }: Transition = TRANSITIONS[action];
  if (from.some((allowed) => allowed === status)) return null;
  return `A campaign that is ${status} cannot ${verb}; it must be ${from.join(' or ')}.`;
}

/** What a campaign's workflow says of itself. */
export interface CampaignProgress {
  status: CampaignRunStatus;
  lines: { limit: number; inUse: number };
  /** Leads that are due and have no line yet, as far as they are fed to the workflow. */
  wantingLine: number;
  /** ISO time at which the next lead is due, when none is now. */
  nextOpeningAt: string | null;
  /** The change of the campaign up to which its workflow has read. Missing in one of an earlier version. */
  generation?: number;
}

export interface InFlight {
  /** Calls in flight, or about to be. */
  inFlight: number;
}

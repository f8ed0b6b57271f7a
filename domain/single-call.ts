import { decide, type GateFacts, type GateVerdict } from './gate.ts';
import { type CampaignSettings, DEFAULT_SETTINGS } from './settings.ts';

/** The rules of calls outside of campaigns. */
export interface SingleCallSettings
  extends Pick<CampaignSettings, 'window' | 'caps' | 'ringSeconds' | 'maxCallSeconds' | 'voicemail'> {
  /** Where the window names no holidays: those of the number's country. */
  nationalHolidays: boolean;
}

/** What the workspace may set otherwise: the rules of a new campaign, and the holidays of the number's country. */
export const DEFAULT_SINGLE_CALL_SETTINGS: SingleCallSettings = {
  window: DEFAULT_SETTINGS.window,
  caps: DEFAULT_SETTINGS.caps,
  ringSeconds: DEFAULT_SETTINGS.ringSeconds,
  maxCallSeconds: DEFAULT_SETTINGS.maxCallSeconds,
  voicemail: DEFAULT_SETTINGS.voicemail,
  nationalHolidays: true,
};

/** What one call may change of its agent, where the agent allows it. */
export interface CallOverrides {
  prompt?: string;
  firstMessage?: string;
  language?: string;
  voiceId?: string;
}

/** The part of the gate's facts that there is without a campaign and a lead. */
export type SingleCallFacts = Pick<GateFacts, 'now' | 'optedOut' | 'window' | 'contact' | 'workspaceLines'>;

type Held = Exclude<GateVerdict, { verdict: 'go' }>;

/** As in a campaign that runs, with no attempt made, nothing spent and every line its own. */
const NO_CAMPAIGN = {
  campaignStatus: 'running',
  leadState: 'queued',
  replied: false,
  attemptsUsed: 0,
  spentCents: 0,
  campaignLinesInUse: 0,
  nextPaceAt: null,
} as const;

/**
 * May this call be placed now? By the campaigns' own rules, and every one of them that holds is told, because the
 * call does not wait for them: permanent ones first. It may when there is none.
 */
export function holdsOfSingleCall(facts: SingleCallFacts, settings: SingleCallSettings): Held[] {
  const holds: Held[] = [];
  const left = { ...NO_CAMPAIGN, ...facts };
  const rules: CampaignSettings = { ...DEFAULT_SETTINGS, ...settings, caps: { ...settings.caps } };
  for (;;) {
    const verdict = decide(left, rules);
    if (verdict.verdict === 'go') return holds;
    holds.push(verdict);
    liftRule(verdict, left, rules);
  }
}

/** Takes away what holds, to see what else does. */
function liftRule(
  { rule }: Held,
  left: Pick<GateFacts, 'optedOut' | 'window' | 'contact' | 'workspaceLines'>,
  { caps }: Pick<CampaignSettings, 'caps'>,
): void {
  switch (rule) {
    case 'opt_out':
      left.optedOut = false;
      return;
    case 'window':
      left.window = { ...left.window, open: true };
      return;
    case 'contact_live':
      left.contact = { ...left.contact, liveUntil: null };
      return;
    case 'contact_gap':
      // Not 0: by this clock a call that another machine has just begun may begin in the future.
      caps.minGapSeconds = Number.NEGATIVE_INFINITY;
      return;
    case 'contact_day':
      caps.perDay = null;
      return;
    case 'contact_week':
      caps.perWeek = null;
      return;
    case 'workspace_lines':
      left.workspaceLines = { ...left.workspaceLines, limit: Number.POSITIVE_INFINITY };
      return;
    case 'campaign_running':
    case 'lead_open':
    case 'replied':
    case 'attempts':
    case 'spend_limit':
    case 'campaign_lines':
    case 'pace':
      throw new Error(`No campaign, and yet its rule ${rule} holds.`);
  }
}

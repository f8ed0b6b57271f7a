import type { CampaignStatus } from './campaign.ts';
import type { LeadState } from './lead.ts';
import { RETRY_KINDS } from './retry.ts';
import type { CampaignSettings } from './settings.ts';

/** Changes whenever a rule of the gate changes; every decision is logged with it. */
export const RULES_VERSION = '2026-11-22';

export const GATE_RULES = [
  'campaign_running',
  'lead_open',
  'opt_out',
  'replied',
  'attempts',
  'spend_limit',
  'window',
  'contact_live',
  'contact_gap',
  'contact_day',
  'contact_week',
  'workspace_lines',
  'campaign_lines',
  'pace',
] as const;
export type GateRule = (typeof GATE_RULES)[number];

/** What may hold a lead: a rule of the gate, or the time of its next attempt. */
export const HOLD_RULES = [...GATE_RULES, ...RETRY_KINDS] as const;
export type HoldRule = (typeof HOLD_RULES)[number];

export const GATE_VERDICTS = ['go', 'wait', 'never'] as const satisfies readonly GateVerdict['verdict'][];

/** Everything the gate reads, at one instant, in one transaction. */
export interface GateFacts {
  now: Date;
  campaignStatus: CampaignStatus;
  leadState: LeadState;
  optedOut: boolean;
  /** The person called or wrote after the end of the last call to this lead. */
  replied: boolean;
  /** Calls placed to this lead in this campaign. */
  attemptsUsed: number;
  spentCents: number;
  window: { open: boolean; nextOpeningAt: Date | null; zones: readonly string[] };
  contact: {
    /** The instant at which the last call still under way must be over, or null when there is none. */
    liveUntil: Date | null;
    /** Starts of the placed calls of the last seven days, newest first. */
    recentCalls: readonly Date[];
  };
  workspaceLines: { inUse: number; limit: number };
  campaignLinesInUse: number;
  /** The earliest instant at which the campaign's pace allows another dial. */
  nextPaceAt: Date | null;
}

export type GateVerdict =
  | { verdict: 'go' }
  | { verdict: 'wait'; rule: GateRule; detail: string; until: Date }
  | { verdict: 'never'; rule: GateRule; detail: string };

const DAY_MS = 86_400_000;
const LINE_WAIT_MS = 5_000;
const PAUSED_WAIT_MS = 60_000;

/** May this call be placed now? Permanent reasons come first, then the longest waits, then the crowding. */
export function decide(facts: GateFacts, settings: CampaignSettings): GateVerdict {
  return permanentRefusal(facts, settings) ?? wait(facts, settings) ?? { verdict: 'go' };
}

function permanentRefusal(facts: GateFacts, settings: CampaignSettings): GateVerdict | null {
  const never = (rule: GateRule, detail: string): GateVerdict => ({ verdict: 'never', rule, detail });
  const { campaignStatus } = facts;
  if (campaignStatus !== 'running' && campaignStatus !== 'paused') {
    return never('campaign_running', `The campaign is ${campaignStatus}.`);
  }
  if (facts.leadState === 'finished') return never('lead_open', 'The lead is finished.');
  if (facts.optedOut) return never('opt_out', 'The contact opted out.');
  if (facts.replied) return never('replied', 'The person has called or written since the last call.');
  if (facts.attemptsUsed >= settings.maxAttempts) {
    return never('attempts', `All ${settings.maxAttempts} attempts are spent.`);
  }
  return null;
}

function wait(facts: GateFacts, settings: CampaignSettings): GateVerdict | null {
  const { now } = facts;
  const later = (rule: GateRule, detail: string, until: Date): GateVerdict => ({
    verdict: 'wait',
    rule,
    detail,
    until,
  });
  const after = (ms: number) => new Date(now.getTime() + ms);
  if (facts.campaignStatus === 'paused') {
    return later('campaign_running', 'The campaign is paused.', after(PAUSED_WAIT_MS));
  }
  if (settings.spendLimitCents !== null && facts.spentCents >= settings.spendLimitCents) {
    return later(
      'spend_limit',
      `The limit of ${settings.spendLimitCents} cents is spent.`,
      after(DAY_MS / 24),
    );
  }
  if (!facts.window.open) {
    const zones = facts.window.zones.length === 0 ? 'no zone is known' : facts.window.zones.join(', ');
    const until = facts.window.nextOpeningAt;
    if (until === null) return later('window', `No hour is allowed in every zone (${zones}).`, after(DAY_MS));
    return later('window', `Outside the calling window (${zones}).`, until);
  }
  return contactWait(facts, settings, later) ?? crowding(facts, settings, later, after);
}

type Later = (rule: GateRule, detail: string, until: Date) => GateVerdict;

function contactWait(facts: GateFacts, settings: CampaignSettings, later: Later): GateVerdict | null {
  const { now } = facts;
  const { liveUntil, recentCalls } = facts.contact;
  if (liveUntil !== null) {
    // Most calls are over long before they must be: nobody answers, or the talk is short.
    const lookAgainAt = new Date(Math.min(liveUntil.getTime(), now.getTime() + settings.ringSeconds * 1_000));
    return later('contact_live', 'A call to this contact is under way.', lookAgainAt);
  }
  const { perDay, perWeek, minGapSeconds } = settings.caps;
  const gapEnds = recentCalls[0] === undefined ? 0 : recentCalls[0].getTime() + minGapSeconds * 1_000;
  if (gapEnds > now.getTime()) {
    return later('contact_gap', `Less than ${minGapSeconds} s since the last call.`, new Date(gapEnds));
  }
  return (
    cap(facts, 'contact_day', perDay, DAY_MS, 'a day', later) ??
    cap(facts, 'contact_week', perWeek, 7 * DAY_MS, 'a week', later)
  );
}

/** The cap is lifted when the oldest of the calls that fill it leaves the period. */
function cap(
  { now, contact }: GateFacts,
  rule: GateRule,
  limit: number | null,
  periodMs: number,
  period: string,
  later: Later,
): GateVerdict | null {
  if (limit === null) return null;
  const within = contact.recentCalls.filter((at) => at.getTime() > now.getTime() - periodMs);
  const oldest = within[limit - 1];
  if (oldest === undefined) return null;
  return later(rule, `${limit} calls ${period} to one contact.`, new Date(oldest.getTime() + periodMs));
}

function crowding(
  facts: GateFacts,
  settings: CampaignSettings,
  later: Later,
  after: (ms: number) => Date,
): GateVerdict | null {
  const { workspaceLines, campaignLinesInUse, nextPaceAt, now } = facts;
  if (workspaceLines.inUse >= workspaceLines.limit) {
    return later(
      'workspace_lines',
      `All ${workspaceLines.limit} lines of the workspace are in use.`,
      after(LINE_WAIT_MS),
    );
  }
  if (campaignLinesInUse >= settings.lines) {
    return later(
      'campaign_lines',
      `All ${settings.lines} lines of the campaign are in use.`,
      after(LINE_WAIT_MS),
    );
  }
  if (nextPaceAt !== null && nextPaceAt > now) {
    return later('pace', `${settings.callsPerSecond} calls per second.`, nextPaceAt);
  }
  return null;
}

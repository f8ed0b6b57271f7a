import type { CampaignStatus } from './campaign.ts';
import type { LeadState } from './lead.ts';
import { attemptsLimit, RETRY_KINDS } from './retry.ts';
import type { CampaignSettings } from './settings.ts';
import { affordsCall, type Spend, spendText } from './spend.ts';

/** Changes whenever a rule of the gate changes; every decision is logged with it. */
export const RULES_VERSION = '2026-11-27';

export const GATE_RULES = [
  'campaign_running',
  'campaign_end',
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

/** Everything that the gate reads, at one instant, in one transaction. */
export interface GateFacts {
  now: Date;
  optedOut: boolean;
  window: { open: boolean; nextOpeningAt: Date | null; zones: readonly string[] };
  contact: {
    /** The instant at which the last call still under way must be over, or null when there is none. */
    liveUntil: Date | null;
    /** When the first of the calls still under way began; null when there is none. */
    liveSince: Date | null;
    /** Starts of the placed calls of the last seven days, newest first. */
    recentCalls: readonly Date[];
  };
  workspaceLines: { inUse: number; limit: number };
  /** Null for a one-off call. */
  lead: LeadFacts | null;
}

/** What the gate reads of a lead and its campaign. */
export interface LeadFacts {
  campaignStatus: CampaignStatus;
  /** The set time of a scheduled campaign. */
  startsAt: Date | null;
  /** The campaign's set end; null when it has none. */
  campaignEndAt: Date | null;
  leadState: LeadState;
  /** The person called or wrote after the end of the last call to this lead. */
  replied: boolean;
  /** Calls placed to this lead in this campaign. */
  attemptsUsed: number;
  /** So many calls may be placed, where that is more than the settings say: a callback was promised. */
  attemptsAllowed: number | null;
  spend: Spend;
  campaignLinesInUse: number;
  /** The earliest instant at which the campaign's pace allows another dial. */
  nextPaceAt: Date | null;
}

/** One rule that speaks against a call, permanently or until a time. */
export type Hold =
  | {
      verdict: 'wait';
      rule: GateRule;
      detail: string;
      until: Date;
      /** No call of the campaign can pass any more: it pauses, with the detail for its reason. */
      pausesCampaign?: true;
    }
  | { verdict: 'never'; rule: GateRule; detail: string };

export type GateVerdict = { verdict: 'go' } | Hold;

const DAY_MS = 86_400_000;
const LINE_WAIT_MS = 5_000;
const PAUSED_WAIT_MS = 60_000;
/** A call that is charged brings the campaign to look for the next; this bounds the wait where it does not. */
const SPEND_WAIT_MS = 5_000;
/** What should have passed already is looked at again after this: no wait ends before it begins. */
const SHORTEST_WAIT_MS = 5_000;
const LONGEST_LIVE_WAIT_MS = 900_000;
/** A start whose time has come takes place within moments. */
const SCHEDULED_WAIT_MS = 1_000;

type Rule = (facts: GateFacts, settings: CampaignSettings) => Hold | null;

/** In this order: permanent reasons, then the longest waits, then the crowding. */
const RULES: readonly Rule[] = [
  campaignOver,
  campaignEnded,
  leadFinished,
  optedOut,
  replied,
  attemptsSpent,
  campaignPaused,
  campaignScheduled,
  spendLimit,
  outsideWindow,
  contactLive,
  contactGap,
  callsOfDay,
  callsOfWeek,
  workspaceLines,
  campaignLines,
  pace,
];

/** May this call be placed now? Every rule that holds it, the weightiest first; it may when there is none. */
export function holdsOf(facts: GateFacts, settings: CampaignSettings): Hold[] {
  return RULES.flatMap((rule) => rule(facts, settings) ?? []).map((hold) =>
    hold.verdict === 'wait' && hold.until <= facts.now
      ? { ...hold, until: after(facts, SHORTEST_WAIT_MS) }
      : hold,
  );
}

function never(rule: GateRule, detail: string): Hold {
  return { verdict: 'never', rule, detail };
}

function wait(rule: GateRule, detail: string, until: Date): Extract<Hold, { verdict: 'wait' }> {
  return { verdict: 'wait', rule, detail, until };
}

function after({ now }: GateFacts, ms: number): Date {
  return new Date(now.getTime() + ms);
}

function campaignOver({ lead }: GateFacts): Hold | null {
  const status = lead?.campaignStatus ?? 'running';
  if (status === 'running' || status === 'paused' || status === 'scheduled') return null;
  return never('campaign_running', `The campaign is ${status}.`);
}

function campaignEnded({ lead, now }: GateFacts, settings: CampaignSettings): Hold | null {
  if (lead === null || !isTooLateToDial(lead.campaignEndAt, now, settings)) return null;
  return never('campaign_end', END_PASSED);
}

export const END_PASSED = "The campaign's set end has come, or would before the phone rings.";

/** At the campaign's set end nobody is dialled, nor so short before it that the phone might ring after. */
export function isTooLateToDial(
  endAt: Date | null,
  at: Date,
  { ringMarginSeconds }: Pick<CampaignSettings, 'ringMarginSeconds'>,
): boolean {
  if (endAt === null) return false;
  const leftMs = endAt.getTime() - at.getTime();
  return leftMs <= 0 || leftMs < ringMarginSeconds * 1_000;
}

function leadFinished({ lead }: GateFacts): Hold | null {
  return lead?.leadState === 'finished' ? never('lead_open', 'The lead is finished.') : null;
}

function optedOut(facts: GateFacts): Hold | null {
  return facts.optedOut ? never('opt_out', 'The contact opted out.') : null;
}

function replied({ lead }: GateFacts): Hold | null {
  return lead?.replied ? never('replied', 'The person has called or written since the last call.') : null;
}

function attemptsSpent({ lead }: GateFacts, { maxAttempts }: CampaignSettings): Hold | null {
  if (lead === null || lead.attemptsUsed < attemptsLimit(maxAttempts, lead.attemptsAllowed)) return null;
  return never('attempts', `All ${maxAttempts} attempts are spent.`);
}

function campaignPaused(facts: GateFacts): Hold | null {
  if (facts.lead?.campaignStatus !== 'paused') return null;
  return wait('campaign_running', 'The campaign is paused.', after(facts, PAUSED_WAIT_MS));
}

/** Its workflow began early, or its row late: the lead waits for the start as everybody does. */
function campaignScheduled(facts: GateFacts): Hold | null {
  if (facts.lead?.campaignStatus !== 'scheduled') return null;
  const { startsAt } = facts.lead;
  const soon = after(facts, SCHEDULED_WAIT_MS);
  const until = startsAt === null || startsAt < soon ? soon : startsAt;
  return wait('campaign_running', 'The campaign has not begun yet.', until);
}

function spendLimit(facts: GateFacts, { spendLimitCents }: CampaignSettings): Hold | null {
  if (facts.lead === null || spendLimitCents === null) return null;
  const { spend } = facts.lead;
  const affords = affordsCall(spend, spendLimitCents);
  if (affords === 'yes') return null;
  const until = after(facts, affords === 'no' ? PAUSED_WAIT_MS : SPEND_WAIT_MS);
  const hold = wait('spend_limit', spendText(spend, spendLimitCents), until);
  return affords === 'no' ? { ...hold, pausesCampaign: true } : hold;
}

function outsideWindow(facts: GateFacts): Hold | null {
  const { open, nextOpeningAt, zones } = facts.window;
  if (open) return null;
  const where = zones.length === 0 ? 'no zone is known' : zones.join(', ');
  return nextOpeningAt === null
    ? wait('window', `No hour is allowed in every zone (${where}).`, after(facts, DAY_MS))
    : wait('window', `Outside the calling window (${where}).`, nextOpeningAt);
}

function contactLive(facts: GateFacts, { ringSeconds }: CampaignSettings): Hold | null {
  const { liveUntil, liveSince } = facts.contact;
  if (liveUntil === null) return null;
  // Most calls are over long before they must be: nobody answers, or the talk is short. After one that goes on, the
  // gate is asked at growing intervals.
  const ageMs = facts.now.getTime() - (liveSince ?? facts.now).getTime();
  const patienceMs = Math.min(Math.max(ringSeconds * 1_000, ageMs / 8), LONGEST_LIVE_WAIT_MS);
  const leftMs = liveUntil.getTime() - facts.now.getTime();
  const waitMs = leftMs > 0 ? Math.min(leftMs, patienceMs) : patienceMs;
  const until = after(facts, Math.max(waitMs, SHORTEST_WAIT_MS));
  return wait('contact_live', 'A call to this contact is under way.', until);
}

function contactGap({ contact, now }: GateFacts, { caps }: CampaignSettings): Hold | null {
  const [newest] = contact.recentCalls;
  if (newest === undefined) return null;
  const endsAt = new Date(newest.getTime() + caps.minGapSeconds * 1_000);
  if (endsAt <= now) return null;
  return wait('contact_gap', `Less than ${caps.minGapSeconds} s since the last call.`, endsAt);
}

function callsOfDay(facts: GateFacts, { caps }: CampaignSettings): Hold | null {
  return cap(facts, { rule: 'contact_day', limit: caps.perDay, periodMs: DAY_MS, period: 'a day' });
}

function callsOfWeek(facts: GateFacts, { caps }: CampaignSettings): Hold | null {
  return cap(facts, { rule: 'contact_week', limit: caps.perWeek, periodMs: 7 * DAY_MS, period: 'a week' });
}

/** The cap is lifted when the oldest of the calls that fill it leaves the period. */
function cap(
  { now, contact }: GateFacts,
  {
    rule,
    limit,
    periodMs,
    period,
  }: { rule: GateRule; limit: number | null; periodMs: number; period: string },
): Hold | null {
  if (limit === null) return null;
  const within = contact.recentCalls.filter((at) => at.getTime() > now.getTime() - periodMs);
  const oldest = within[limit - 1];
  if (oldest === undefined) return null;
  return wait(rule, `${limit} calls ${period} to one contact.`, new Date(oldest.getTime() + periodMs));
}

function workspaceLines(facts: GateFacts): Hold | null {
  const { inUse, limit } = facts.workspaceLines;
  if (inUse < limit) return null;
  return wait(
    'workspace_lines',
    `All ${limit} lines of the workspace are in use.`,
    after(facts, LINE_WAIT_MS),
  );
}

function campaignLines(facts: GateFacts, { lines }: CampaignSettings): Hold | null {
  if (facts.lead === null || facts.lead.campaignLinesInUse < lines) return null;
  return wait('campaign_lines', `All ${lines} lines of the campaign are in use.`, after(facts, LINE_WAIT_MS));
}

function pace({ lead, now }: GateFacts, { callsPerSecond }: CampaignSettings): Hold | null {
  if (lead === null || lead.nextPaceAt === null || lead.nextPaceAt <= now) return null;
  return wait('pace', `${callsPerSecond} calls per second.`, lead.nextPaceAt);
}

import type { HoldRule, LeadOutcome } from '../client/generated.ts';

/** Filter of the lead list; `none`: nothing holds them. */
export type LeadHold = HoldRule | 'none';

const RULES: Record<LeadHold, string> = {
  campaign_running: 'Campaign not running',
  campaign_end: 'Campaign has ended',
  lead_open: 'Finished',
  opt_out: 'Opted out',
  replied: 'Has replied',
  attempts: 'Attempts spent',
  spend_limit: 'Spend limit reached',
  window: 'Outside calling hours',
  contact_live: 'In another call',
  contact_gap: 'Called a moment ago',
  contact_day: "Day's cap reached",
  contact_week: "Week's cap reached",
  workspace_lines: 'No line free in the workspace',
  campaign_lines: 'No line free',
  pace: 'Pace of the campaign',
  retry: 'Waiting to retry',
  callback: 'Callback at a set time',
  none: 'Nothing',
};

const OUTCOMES: Record<LeadOutcome, string> = {
  converted: 'Converted',
  answered: 'Answered',
  opted_out: 'Opted out',
  replied: 'Replied',
  attempts_spent: 'Attempts spent',
  not_retried: 'Not to be retried',
  refused: 'Refused by a rule',
  unknown: 'Call unknown',
  stopped: 'Campaign stopped',
  ended: 'Campaign ended',
};

/** An unknown rule is shown by its own name. */
export function ruleText(rule: LeadHold): string {
  return RULES[rule] ?? String(rule).replaceAll('_', ' ');
}

export function outcomeText(outcome: LeadOutcome): string {
  return OUTCOMES[outcome];
}

import type { CampaignProgress, LeadWhy } from '../client/generated.ts';

export type Rule = LeadWhy['blockedBy'][number]['rule'];
export type Outcome = CampaignProgress['outcomes'][number]['outcome'];

const RULES: Record<Rule, string> = {
  campaign_running: 'Campaign not running',
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
};

const OUTCOMES: Record<Outcome, string> = {
  converted: 'Converted',
  answered: 'Answered',
  opted_out: 'Opted out',
  replied: 'Replied',
  attempts_spent: 'Attempts spent',
  not_retried: 'Not to be retried',
  refused: 'Refused by a rule',
  unknown: 'Call unknown',
  stopped: 'Campaign stopped',
};

/** All words that there are for what holds a lead. */
export const KNOWN_HOLDS: readonly string[] = [...Object.keys(RULES), 'none'];
export const KNOWN_OUTCOMES = Object.keys(OUTCOMES) as readonly Outcome[];

/** What a rule of the gate says, in a few words; a rule that is not known here by its own name. */
export function ruleText(rule: string): string {
  if (rule === 'none') return 'Nothing';
  return RULES[rule as Rule] ?? rule.replaceAll('_', ' ');
}

/** What became of a finished lead. */
export function outcomeText(outcome: Outcome): string {
  return OUTCOMES[outcome];
}

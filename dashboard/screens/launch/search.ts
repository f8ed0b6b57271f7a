import { oneOf, type RawSearch, textOf } from '../../format/search.ts';

export const LAUNCH_STEPS = ['agent', 'leads', 'rules', 'review'] as const;
export type LaunchStep = (typeof LAUNCH_STEPS)[number];
export const STEP_TEXT: Record<LaunchStep, string> = {
  agent: 'Agent',
  leads: 'Leads',
  rules: 'Rules',
  review: 'Review',
};

/** `campaign`: the draft, from the second step on. */
export function launchSearch(raw: RawSearch): { step?: LaunchStep; campaign?: string } {
  const [step, campaign] = [oneOf(raw.step, LAUNCH_STEPS), textOf(raw.campaign)];
  return { ...(step && { step }), ...(campaign && { campaign }) };
}

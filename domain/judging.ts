import type { HoldRule } from './gate.ts';
import type { CampaignSettings } from './settings.ts';

/**
 * Rules by whose old settings a lead may be held until a time that the new ones do not ask for. A rule that only became
 * stricter is none of them: it is asked again in any case when the lead's time has come.
 */
export function rulesToJudgeAnew(before: CampaignSettings, after: CampaignSettings): Set<HoldRule> {
  const rules = new Set<HoldRule>();
  // A retry's time was put off to an opening of the hours.
  if (differ(hoursOf(before), hoursOf(after))) rules.add('window').add('retry');
  if (differ(retriesOf(before), retriesOf(after))) rules.add('retry');
  if (after.caps.minGapSeconds < before.caps.minGapSeconds) rules.add('contact_gap');
  if (isLooser(before.caps.perDay, after.caps.perDay)) rules.add('contact_day');
  if (isLooser(before.caps.perWeek, after.caps.perWeek)) rules.add('contact_week');
  if (isLooser(before.spendLimitCents, after.spendLimitCents)) rules.add('spend_limit');
  return rules;
}

function hoursOf({ window, ringMarginSeconds }: CampaignSettings) {
  return { window, ringMarginSeconds };
}

function retriesOf({ retryAfterSeconds, voicemail }: CampaignSettings) {
  return { retryAfterSeconds, voicemail };
}

/** Of limits; null is none. */
function isLooser(before: number | null, after: number | null): boolean {
  return before !== null && (after === null || after > before);
}

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

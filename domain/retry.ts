import type { Disposition, Reach } from './call.ts';
import type { LeadOutcome } from './lead.ts';
import type { CampaignSettings } from './settings.ts';

export interface AttemptResult {
  reach: Reach;
  disposition: Disposition | null;
  converted: boolean;
  /** Attempts that were placed so far, this one included. */
  attemptsUsed: number;
  /** So many were promised to the lead, where that is more than the settings allow. */
  attemptsAllowed: number | null;
  endedAt: Date;
  /** The instant the person asked to be called back at. */
  callbackAt: Date | null;
}

/** Why a lead is called again: nobody was reached, or the person asked for it. */
export const RETRY_KINDS = ['retry', 'callback'] as const;
export type RetryKind = (typeof RETRY_KINDS)[number];

/** What happens to the lead after an attempt. `at` is the earliest instant; the calling window may put it off. */
export type NextStep =
  | { next: 'finish'; outcome: LeadOutcome }
  | {
      next: 'retry';
      kind: RetryKind;
      at: Date;
      /** It is one attempt more than the settings allow: the person asked for it in the last one. */
      beyondLimit?: true;
    };

/** A callback further away is not scheduled: the lead is finished, and its facts say what the person asked for. */
const LONGEST_CALLBACK_DAYS = 90;

/** The calls that may be placed to a lead: those of the settings, or more where a call was promised. */
export function attemptsLimit(maxAttempts: number, allowed: number | null): number {
  return Math.max(maxAttempts, allowed ?? 0);
}

/** Decides by the settings' retry rules. An attempt that was not placed does not count, and is retried as `failed`. */
export function nextStep(result: AttemptResult, settings: CampaignSettings): NextStep {
  if (result.disposition === 'opted_out') return { next: 'finish', outcome: 'opted_out' };
  if (result.converted) return { next: 'finish', outcome: 'converted' };
  if (result.reach === 'unknown') return { next: 'finish', outcome: 'unknown' };
  if (result.reach === 'answered') return afterAnswer(result, settings);
  const delaySeconds = retryDelaySeconds(result.reach, settings);
  if (delaySeconds === null) return { next: 'finish', outcome: 'not_retried' };
  const limit = attemptsLimit(settings.maxAttempts, result.attemptsAllowed);
  if (result.attemptsUsed >= limit) return { next: 'finish', outcome: 'attempts_spent' };
  return { next: 'retry', kind: 'retry', at: new Date(result.endedAt.getTime() + delaySeconds * 1_000) };
}

function afterAnswer(result: AttemptResult, settings: CampaignSettings): NextStep {
  const { callbackAt, endedAt } = result;
  if (result.disposition !== 'callback_requested' || callbackAt === null) {
    return { next: 'finish', outcome: 'answered' };
  }
  const latest = endedAt.getTime() + LONGEST_CALLBACK_DAYS * 86_400_000;
  if (callbackAt <= endedAt || callbackAt.getTime() > latest) return { next: 'finish', outcome: 'answered' };
  const step = { next: 'retry', kind: 'callback', at: callbackAt } as const;
  if (result.attemptsUsed < attemptsLimit(settings.maxAttempts, result.attemptsAllowed)) return step;
  // What the person asks for in that one call beyond the limit is not made.
  const isLast = result.attemptsUsed <= settings.maxAttempts;
  return settings.callbackBeyondLimit && isLast
    ? { ...step, beyondLimit: true }
    : { next: 'finish', outcome: 'attempts_spent' };
}

/** How long after a call that was not answered the next one follows; null when none does. */
export function retryDelaySeconds(
  reach: Exclude<Reach, 'answered' | 'unknown'>,
  settings: CampaignSettings,
): number | null {
  const delays = settings.retryAfterSeconds;
  switch (reach) {
    case 'no_answer':
    case 'busy':
    case 'failed':
      return delays[reach];
    case 'not_placed':
      return delays.failed;
    case 'voicemail':
      return settings.voicemail === 'retry' ? (delays.voicemail ?? delays.no_answer) : null;
  }
}

/** How far a call got. Every attempt ends in exactly one of these. */
export const REACHES = [
  'answered',
  'voicemail',
  'no_answer',
  'busy',
  'failed',
  'not_placed',
  'unknown',
] as const;
export type Reach = (typeof REACHES)[number];

/** What came of a call that was answered. */
export const DISPOSITIONS = [
  'converted',
  'qualified',
  'callback_requested',
  'not_interested',
  'opted_out',
  'wrong_person',
  'none',
] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

export const CALL_STATUSES = ['dialling', 'ringing', 'in_progress', 'ended'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

export type CallDirection = 'outbound' | 'inbound';

/** Which channel told us how the call ended; none where the dial's own answer did, or it was not made. */
export type CallSource = 'webhook' | 'poll' | 'reconciled';

/** The provider's own verdict on a conversation. */
export type ProviderVerdict = 'success' | 'failure' | 'unknown';

const verdictRank: Record<ProviderVerdict, number> = { unknown: 0, success: 1, failure: 1 };

/** Of two verdicts the one that says something, whichever came first; of two that contradict each other the first. */
export function surerVerdict(a: ProviderVerdict | null, b: ProviderVerdict | null): ProviderVerdict | null {
  if (a === null || b === null) return a ?? b;
  return verdictRank[b] > verdictRank[a] ? b : a;
}

/** Of two wordings of the same thing the longer one, whichever came first. */
export function fullerText(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  if (a.length === b.length) return a > b ? a : b;
  return a.length > b.length ? a : b;
}

const statusRank: Record<CallStatus, number> = { dialling: 0, ringing: 1, in_progress: 2, ended: 3 };

/** The later of two statuses: facts may arrive in any order, a call never moves backwards. */
export function laterStatus(a: CallStatus, b: CallStatus): CallStatus {
  return statusRank[b] > statusRank[a] ? b : a;
}

/**
 * The reach after a new fact. The first certain reach stands. `unknown` and `not_placed` give way, because they
 * rest on having found nothing, and a conversation that does turn up is better evidence.
 */
export function mergeReach(current: Reach | null, next: Reach | null): Reach | null {
  if (current === null || current === 'unknown' || current === 'not_placed') return next ?? current;
  return current;
}

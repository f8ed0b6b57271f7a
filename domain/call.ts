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

/** Of a call, and of a message. */
export const DIRECTIONS = ['outbound', 'inbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Why we end a call under way: its person opted out, or it outlasts its limit. */
export const HANG_UP_REASONS = ['opt_out', 'overdue'] as const;
export type HangUpReason = (typeof HANG_UP_REASONS)[number];

/** A phone call, or a conversation with an agent in the browser. */
export const CALL_KINDS = ['phone', 'browser'] as const;
export type CallKind = (typeof CALL_KINDS)[number];

/**
 * How we learned that the call ended. A call has none while it lasts, or when it was never placed. A person's word gives
 * way to what a provider reports.
 */
export const CALL_SOURCES = ['webhook', 'poll', 'reconciled', 'person'] as const;
export type CallSource = (typeof CALL_SOURCES)[number];

/** How a call's lead was found. */
export const ATTRIBUTIONS = ['dial', 'variables', 'call_sid', 'number', 'alias', 'person'] as const;
export type Attribution = (typeof ATTRIBUTIONS)[number];

/** Whether a call has a lead: what lists are narrowed by. */
export const ATTRIBUTION_STATES = ['attributed', 'unattributed'] as const;
export type AttributionState = (typeof ATTRIBUTION_STATES)[number];

/** Who decided that a call is a conversion. A rule never overrules a person. */
export const CONVERSION_JUDGES = ['rule', 'person'] as const;
export type ConversionJudge = (typeof CONVERSION_JUDGES)[number];

/** The provider's own verdict on a conversation. */
export const PROVIDER_VERDICTS = ['success', 'failure', 'unknown'] as const;
export type ProviderVerdict = (typeof PROVIDER_VERDICTS)[number];

/** How the person felt, where the agent was configured to judge it. */
export const SENTIMENTS = ['positive', 'neutral', 'negative'] as const;
export type Sentiment = (typeof SENTIMENTS)[number];

const verdictRank: Record<ProviderVerdict, number> = { unknown: 0, success: 1, failure: 1 };

/** The verdict that says more, whichever came first; of two that contradict each other, the first. */
export function surerVerdict(a: ProviderVerdict | null, b: ProviderVerdict | null): ProviderVerdict | null {
  if (a === null || b === null) return a ?? b;
  return verdictRank[b] > verdictRank[a] ? b : a;
}

/** The longer of two wordings of the same thing, whichever came first. */
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
 * The reach after a new fact. The first certain reach stands. `unknown` and `not_placed` give way: they rest on having
 * found nothing, and a conversation that turns up later is better evidence.
 */
export function mergeReach(current: Reach | null, next: Reach | null): Reach | null {
  if (current === null || current === 'unknown' || current === 'not_placed') return next ?? current;
  return current;
}

import type { CampaignSettings } from './settings.ts';

/** What a campaign's dials have cost and may cost, as it is stored. All amounts in cents. */
export interface SpendSums {
  /** What the providers have charged. */
  settledCents: number;
  /** Placed calls that are over and charged; one that nobody picked up is charged nothing. */
  settledCalls: number;
  /** Reserved for calls in flight, and for those that have just ended and may still be charged less. */
  pendingCents: number;
  pendingCalls: number;
  /** Reserved for calls that were never charged within the time for it: their estimate counts as spent. */
  estimatedCents: number;
}

/** What a campaign has spent, and what it has to expect. All amounts in cents. */
export interface Spend extends Omit<SpendSums, 'settledCalls'> {
  /** All that is reserved: for pending calls, and for those that were never charged. */
  reservedCents: number;
  /** What the next call is expected to cost: so much is reserved for it. */
  expectedCents: number;
}

/** From so many calls on, a campaign's own average says more than a setting. */
const CALLS_FOR_AVERAGE = 5;
/** A row of calls that nobody picked up does not make the next one free. */
const LEAST_EXPECTED_CENTS = 1;

export function spendOf(sums: SpendSums, settings: Pick<CampaignSettings, 'expectedCallCents'>): Spend {
  const { settledCalls, ...amounts } = sums;
  const average =
    settledCalls < CALLS_FOR_AVERAGE
      ? settings.expectedCallCents
      : Math.max(LEAST_EXPECTED_CENTS, sums.settledCents / settledCalls);
  return {
    ...amounts,
    reservedCents: sums.pendingCents + sums.estimatedCents,
    expectedCents: Math.ceil(10_000 * average) / 10_000,
  };
}

/**
 * Whether the money is there for another call: `yes`; `perhaps`, when calls in flight may cost less than is reserved
 * for them; or `no`, whatever they will cost.
 */
export function affordsCall(spend: Spend, limitCents: number | null): 'yes' | 'perhaps' | 'no' {
  if (callsAffordable(spend, limitCents) > 0) return 'yes';
  const least = spend.settledCents + spend.estimatedCents + spend.expectedCents;
  return spend.pendingCalls > 0 && least <= (limitCents ?? least) + 1e-6 ? 'perhaps' : 'no';
}

/** How many more calls the limit leaves room for; infinitely many without one. */
export function callsAffordable(spend: Spend, limitCents: number | null): number {
  if (limitCents === null) return Number.POSITIVE_INFINITY;
  const roomCents = limitCents - spend.settledCents - spend.reservedCents;
  // Sums of decimal fractions are a little off; the database keeps no more than four places.
  return Math.max(0, Math.floor((roomCents + 1e-6) / spend.expectedCents));
}

/** In words, for the gate, for why a lead is not called, and for why its campaign has paused. */
export function spendText(spend: Spend, limitCents: number): string {
  const { settledCents, reservedCents, expectedCents, pendingCalls } = spend;
  const sums = `${cents(settledCents)} are spent and ${cents(reservedCents)} reserved`;
  const text = `The spend limit of ${cents(limitCents)} leaves no room for a call of about ${cents(expectedCents)}: ${sums}.`;
  if (affordsCall(spend, limitCents) === 'no') return `${text} Raise the limit, then resume the campaign.`;
  return `${text} It may, once ${pendingCalls === 1 ? 'the call' : `one of ${pendingCalls} calls`} in flight is charged.`;
}

function cents(amount: number): string {
  return `${Math.round(100 * amount) / 100} cents`;
}

/**
 * Where a lead is: `waiting` for its first call, `queued` for a line, `calling`, `backing_off` until its next
 * attempt, or `finished`.
 */
export const LEAD_STATES = ['waiting', 'queued', 'calling', 'backing_off', 'finished'] as const;
export type LeadState = (typeof LEAD_STATES)[number];

/** A lead in one of these has a workflow. */
export const STARTED_LEAD_STATES = [
  'queued',
  'calling',
  'backing_off',
] as const satisfies readonly LeadState[];

/** Why a finished lead is finished. */
export const LEAD_OUTCOMES = [
  'converted',
  'answered',
  'opted_out',
  'replied',
  'attempts_spent',
  'not_retried',
  'refused',
  'unknown',
  'stopped',
] as const;
export type LeadOutcome = (typeof LEAD_OUTCOMES)[number];

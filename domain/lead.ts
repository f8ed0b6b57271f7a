/** The states of a lead that has calls to come, or one under way. */
export const OPEN_LEAD_STATES = ['waiting', 'queued', 'calling', 'backing_off'] as const;

/**
 * Where a lead is: `waiting` for its first call, `queued` with a line on its way to the gate, `calling`, `backing_off`
 * until its next attempt and then until there is a line for it, or `finished`.
 */
export const LEAD_STATES = [...OPEN_LEAD_STATES, 'finished'] as const;
export type LeadState = (typeof LEAD_STATES)[number];

/** A lead in one of these may have a workflow. */
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
  'ended',
] as const;
export type LeadOutcome = (typeof LEAD_OUTCOMES)[number];

/** A call that may be under way: its end is waited for. Times are ISO. */
export interface PlacedCall {
  kind: 'placed';
  callId: string;
  pollAfterMs: number;
  deadlineAt: string;
  ended: boolean;
}

/** What a lead's workflow learns from placing a call. */
export type Placement =
  | PlacedCall
  /** Held by a rule. Without `lineKept` the line was given back, and is asked for again at `until`. */
  | { kind: 'wait'; rule: string; until: string; lineKept: boolean }
  /** The lead is finished without this call. */
  | { kind: 'never'; rule: string }
  /** Certainly not placed: the next attempt may follow at `retryAt`. */
  | { kind: 'not_placed'; retryAt: string; lineKept: boolean; finished: boolean };

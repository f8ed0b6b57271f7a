import { type Disposition, REACHES, type Reach } from '#domain/call.ts';
import { type CamelCase, camelCase } from '#domain/words.ts';

/** Calls by reach, spelled as in the API. */
export type ReachCounts = { [Name in Reach as CamelCase<Name>]: number };

/** A call that has ended, as the view shows it. */
export interface Outcome {
  firstName: string;
  /** Masked. */
  phone: string;
  reach: Reach;
  disposition: Disposition | null;
  converted: boolean;
}

export interface DemoState {
  campaignName: string;
  status: string;
  elapsedMs: number;
  lines: { limit: number; inUse: number };
  leads: { total: number; waiting: number; calling: number; backingOff: number; finished: number };
  reach: ReachCounts;
  conversions: number;
  /** Newest first. */
  outcomes: readonly Outcome[];
  /** Kills of the worker; null without chaos. */
  kills: number | null;
}

/** In the order of display, with their labels. */
export const REACH_WORDS = REACHES.map((reach) => [camelCase(reach), reach.replaceAll('_', ' ')] as const);

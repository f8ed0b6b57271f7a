import { type Disposition, REACHES, type Reach } from '#domain/call.ts';
import { type CamelCase, camelCase } from '#domain/words.ts';

/** Calls by reach, in the API's spelling. */
export type ReachCounts = { [Name in Reach as CamelCase<Name>]: number };

/** A call that has ended, as the view names it. */
export interface Outcome {
  firstName: string;
  /** Masked. */
  phone: string;
  reach: Reach;
  disposition: Disposition | null;
  converted: boolean;
}

/** All that the live view shows. */
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
  /** How often the worker was killed; null without chaos. */
  kills: number | null;
}

/** The reaches in the order in which they are shown, with the words for them. */
export const REACH_WORDS = REACHES.map((reach) => [camelCase(reach), reach.replaceAll('_', ' ')] as const);

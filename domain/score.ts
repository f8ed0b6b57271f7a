import type { ProviderVerdict, Reach } from './call.ts';
import { byWord } from './words.ts';

export const SCORE_PARTS = ['answered', 'talkTime', 'engagement', 'success', 'conversion'] as const;
export type ScorePart = (typeof SCORE_PARTS)[number];

/** How much each part can add to the score; the sum is scaled to 100. */
export type ScoreWeights = Record<ScorePart, number>;

export interface ScoreFacts {
  reach: Reach | null;
  talkSeconds: number | null;
  /** Turns in which the person spoke. */
  userTurns: number;
  verdict: ProviderVerdict | null;
  converted: boolean;
}

/** Points earned by each part, and their sum: a whole number from 0 to 100. */
export interface Score {
  total: number;
  parts: Record<ScorePart, number>;
}

const FULL_TALK_SECONDS = 120;
const FULL_USER_TURNS = 6;

/** Scores one call. Two minutes of talk and six turns of the person count in full, less counts in proportion. */
export function scoreCall(facts: ScoreFacts, weights: ScoreWeights): Score {
  const answered = facts.reach === 'answered';
  const fractions: Record<ScorePart, number> = {
    answered: answered ? 1 : 0,
    talkTime: answered ? Math.min(1, Math.max(0, facts.talkSeconds ?? 0) / FULL_TALK_SECONDS) : 0,
    engagement: answered ? Math.min(1, facts.userTurns / FULL_USER_TURNS) : 0,
    success: facts.verdict === 'success' ? 1 : 0,
    conversion: facts.converted ? 1 : 0,
  };
  const weightSum = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const points = (part: ScorePart) =>
    weightSum > 0 ? (100 * weights[part] * fractions[part]) / weightSum : 0;
  return {
    total: Math.round(SCORE_PARTS.reduce((sum, part) => sum + points(part), 0)),
    parts: byWord(SCORE_PARTS, (part) => Math.round(points(part) * 10) / 10),
  };
}

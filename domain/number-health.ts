/** Calls from one or several of our numbers in some days. */
export interface NumberCalls {
  calls: number;
  /** Placed and over: what rates are of. */
  finished: number;
  answered: number;
  failed: number;
}

/** The worst first, which is the order of lists. */
export const NUMBER_STATES = ['failing', 'falling', 'healthy', 'unused'] as const;
export type NumberState = (typeof NUMBER_STATES)[number];

/** Fewer calls of today that are over say nothing: of ten, two more or less answered are chance. */
export const ENOUGH_CALLS = 20;
/**
 * So many answers must have been due before fewer of them are a fall. Where ten are due, chance alone brings fewer
 * than five about once in thirty times; where three are due, one or none comes every fifth time.
 */
const ENOUGH_ANSWERS_DUE = 10;
/** A rate below this share of what it was, or of what other numbers have, is a fall. */
const FALLEN_TO = 0.5;
/** Lists have dead numbers, but hardly one in five: from that on the number itself is likely not let through. */
const MOST_FAILED = 0.2;

/** Of finished calls; null without any. */
export function answerRate({ answered, finished }: NumberCalls): number | null {
  return finished === 0 ? null : answered / finished;
}

/** Whether enough of today's calls are over to judge a number. */
export function mayJudge(today: NumberCalls): boolean {
  return today.finished >= ENOUGH_CALLS;
}

/**
 * How a number of ours does by its calls of today. `unused`: it has not dialled, today or in the days before.
 * `failing`: many calls fail. `falling`: far fewer people answer it than did in the days before, or than answer the
 * other numbers today, which is how a number looks that carriers have begun to mark as spam. `healthy`: nothing
 * speaks against it, also where too few calls are over to say so (`mayJudge`).
 */
export function numberState(of: {
  today: NumberCalls;
  before: NumberCalls;
  others: NumberCalls;
}): NumberState {
  const { today, before, others } = of;
  if (today.calls + before.calls === 0) return 'unused';
  if (!mayJudge(today)) return 'healthy';
  if (today.failed > MOST_FAILED * today.finished) return 'failing';
  return hasFallen(today, before) || hasFallen(today, others) ? 'falling' : 'healthy';
}

function hasFallen(today: NumberCalls, against: NumberCalls): boolean {
  if (!mayJudge(against)) return false;
  const due = (answerRate(against) ?? 0) * today.finished;
  return due >= ENOUGH_ANSWERS_DUE && today.answered < FALLEN_TO * due;
}

/** By state, the worst first, then by the calls of the days before, so that an order holds for the day. */
export function compareNumbers(
  a: { phoneNumberId: string; state: NumberState; before: NumberCalls },
  b: { phoneNumberId: string; state: NumberState; before: NumberCalls },
): number {
  return (
    NUMBER_STATES.indexOf(a.state) - NUMBER_STATES.indexOf(b.state) ||
    b.before.calls - a.before.calls ||
    (a.phoneNumberId < b.phoneNumberId ? -1 : 1)
  );
}

/** Their sum. */
export function sumCalls(numbers: readonly NumberCalls[]): NumberCalls {
  const sum = { calls: 0, finished: 0, answered: 0, failed: 0 };
  for (const { calls, finished, answered, failed } of numbers) {
    sum.calls += calls;
    sum.finished += finished;
    sum.answered += answered;
    sum.failed += failed;
  }
  return sum;
}

/** The middle value; the mean of the two middle ones for an even count. @throws RangeError for no values */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/**
 * The value below which this share (0 to 1) of the values lies, interpolated.
 *
 * @throws RangeError for no values, or a share out of range
 */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('There are no values.');
  if (!(share >= 0 && share <= 1)) throw new RangeError(`${share} is no share between 0 and 1.`);
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export interface PairedRatio {
  /** One ratio a round; both sides of a round ran under the same load. */
  samples: number[];
  /** Median of the quiet rounds' samples, or of all when no round was quiet. */
  value: number;
  quietRounds: number;
  /** Largest sample ÷ smallest; 1 on a quiet machine. */
  spread: number;
}

/**
 * The result of interleaved rounds A-B-A-B, as A ÷ B. Paired by round, since a shared machine changes its
 * speed from minute to minute, which a ratio of means would retain.
 *
 * @param quiet rounds in which both sides ran undisturbed; without it all rounds
 * @throws RangeError when the sides have no rounds, unequal counts, or a figure that is not above 0
 */
export function pairedRatio(
  a: readonly number[],
  b: readonly number[],
  quiet: readonly boolean[] = a.map(() => true),
): PairedRatio {
  if (a.length !== b.length)
    throw new RangeError(`${a.length} rounds of one side, ${b.length} of the other.`);
  if (![...a, ...b].every((value) => Number.isFinite(value) && value > 0)) {
    throw new RangeError('Every round must have a figure above 0.');
  }
  const samples = a.map((value, round) => value / (b[round] ?? Number.NaN));
  const undisturbed = samples.filter((_, round) => quiet[round]);
  return {
    samples,
    value: median(undisturbed.length > 0 ? undisturbed : samples),
    quietRounds: undisturbed.length,
    spread: Math.max(...samples) / Math.min(...samples),
  };
}

/**
 * Events a second while a system is full: from the time that the first `inFlight` have ended until only as
 * many are left. Filling and emptying take as long as the slowest part, so they are left out.
 *
 * @param timesMs when each ended, in order
 * @throws RangeError when there are too few to see it full
 */
export function steadyRate(timesMs: readonly number[], inFlight: number): number {
  const from = timesMs[inFlight - 1];
  const until = timesMs[timesMs.length - inFlight - 1];
  const counted = timesMs.length - 2 * inFlight;
  if (from === undefined || until === undefined || counted <= 0 || until <= from) {
    throw new RangeError(`${timesMs.length} are too few to see ${inFlight} in flight steadily.`);
  }
  return (counted / (until - from)) * 1_000;
}

/** Rounded to significant digits, for people and for files. */
export function significant(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}

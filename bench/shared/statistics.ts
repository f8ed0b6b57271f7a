/** The middle value; of an even count the mean of the two in the middle. @throws RangeError for no values */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/**
 * The value below which this share (0 to 1) of the values lies, interpolated between neighbours.
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
  /** One ratio a round: both sides of a round met the same machine. */
  samples: number[];
  /** Median of the quiet rounds' samples; of all of them when no round was quiet. */
  value: number;
  quietRounds: number;
  /** Largest sample ÷ smallest: 1 is a quiet machine. */
  spread: number;
}

/**
 * What came of interleaved rounds A-B-A-B, as A ÷ B. Paired by round, because a shared machine changes its speed
 * from minute to minute and a ratio of means would keep that.
 *
 * @param quiet which rounds the rest of the machine left alone, both sides of them; without it all of them
 *
 * @throws RangeError when the sides have no rounds, unequally many, or one that is not above 0
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
 * Events a second while a system is full: from the time that the first `inFlight` are over until only as many are
 * left. Before and after it fills and empties, which takes every system as long as its slowest part.
 *
 * @param timesMs when each was over, in order
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

/** Rounded to so many significant digits, for people and for files. */
export function significant(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}

import type { ComparedSide } from '../../client/generated.ts';
import { formatCents, formatCount, formatRate, formatSeconds, NONE } from '../../format/numbers.ts';

/** With a smaller basis, a difference may well be chance. */
export const ENOUGH = 20;

export interface FigureRow {
  name: string;
  /** An explanation, when the name needs one. */
  hint?: string;
  value: (side: ComparedSide) => number | null;
  format: (value: number | null) => string;
  /** Null: neither direction is better. */
  better: 'more' | 'less' | null;
  /** The number of calls or talks behind the figure. */
  basis: (side: ComparedSide) => number;
  /** The unit of the basis: "12 calls". */
  unit: string;
}

export type Verdict = 'left' | 'right' | 'same' | 'too_few' | 'none';

const calls = { basis: (side: ComparedSide) => side.calls, unit: 'call' };
const talks = { basis: (side: ComparedSide) => side.answered, unit: 'talk' };
const ms = (value: number | null) => (value === null ? NONE : `${formatCount(value)} ms`);
const oneDecimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const decimal = (value: number | null) => (value === null ? NONE : oneDecimal.format(value));

export const FIGURES: readonly FigureRow[] = [
  {
    name: 'Answered',
    hint: 'Of all calls',
    value: ({ calls, answered }) => (calls === 0 ? null : answered / calls),
    format: formatRate,
    better: null,
    ...calls,
  },
  {
    name: 'Successful',
    hint: 'Of those that the provider judged',
    value: ({ successRate }) => successRate,
    format: formatRate,
    better: 'more',
    ...talks,
  },
  {
    name: 'Rating',
    hint: "The listeners' mean, 1 to 5",
    value: ({ rating }) => rating,
    format: decimal,
    better: 'more',
    basis: ({ ratings }) => ratings,
    unit: 'rating',
  },
  {
    name: 'First sound after',
    hint: 'Median, from the connection to the first sound',
    value: ({ timeToFirstAudioMs }) => timeToFirstAudioMs.median,
    format: ms,
    better: 'less',
    ...talks,
  },
  {
    name: 'Answers after',
    hint: "Median, from the person's last word",
    value: ({ responseMs }) => responseMs.median,
    format: ms,
    better: 'less',
    ...talks,
  },
  {
    name: 'Interruptions',
    hint: 'In a talk, on average',
    value: ({ interruptions }) => interruptions,
    format: decimal,
    better: 'less',
    ...talks,
  },
  {
    name: 'Words misheard',
    hint: 'Where a listener wrote down what was said',
    value: ({ wordErrorRate }) => wordErrorRate,
    format: formatRate,
    better: 'less',
    basis: ({ checkedTalks }) => checkedTalks,
    unit: 'talk',
  },
  {
    name: 'Turns',
    hint: "Both sides', on average",
    value: ({ turns }) => turns,
    format: decimal,
    better: null,
    ...talks,
  },
  {
    name: 'Length of a talk',
    hint: 'On average',
    value: ({ talkSeconds, answered }) => (answered === 0 ? null : talkSeconds / answered),
    format: formatSeconds,
    better: null,
    ...talks,
  },
  {
    name: 'Cost of a minute',
    value: ({ costPerMinuteCents }) => costPerMinuteCents,
    format: formatCents,
    better: 'less',
    ...talks,
  },
];

/** The better side. `none`: the figure has no better side, or one side lacks it. */
export function judge(row: FigureRow, left: ComparedSide, right: ComparedSide): Verdict {
  const [mine, other] = [row.value(left), row.value(right)];
  if (row.better === null || mine === null || other === null) return 'none';
  if (row.basis(left) < ENOUGH || row.basis(right) < ENOUGH) return 'too_few';
  // Equal as displayed counts as equal.
  if (row.format(mine) === row.format(other)) return 'same';
  return mine > other === (row.better === 'more') ? 'left' : 'right';
}

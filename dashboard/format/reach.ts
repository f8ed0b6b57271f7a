import type { Metrics, Reach } from '../client/generated.ts';
import type { Share } from '../ui/share-bar.tsx';
import { reachText } from './labels.tsx';
import { entriesOf } from './words.ts';

type CallCounts = Metrics['calls'];

/** Each reach by its name in the figures and its colour, from good to bad. */
const COUNTED: Record<Reach, { count: keyof CallCounts; colour: string }> = {
  answered: { count: 'answered', colour: 'bg-chart-2' },
  voicemail: { count: 'voicemail', colour: 'bg-chart-1' },
  no_answer: { count: 'noAnswer', colour: 'bg-chart-5' },
  busy: { count: 'busy', colour: 'bg-chart-3' },
  failed: { count: 'failed', colour: 'bg-chart-4' },
  not_placed: { count: 'notPlaced', colour: 'bg-line-strong' },
  unknown: { count: 'unknown', colour: 'bg-bad' },
};

export function reachShares(calls: CallCounts): Share[] {
  return entriesOf(COUNTED).map(([reach, { count, colour }]) => ({
    label: reachText(reach),
    count: calls[count],
    colour,
  }));
}

/** Among calls that were placed and have ended; null without any. */
export function answerRate(calls: CallCounts): number | null {
  const placed = entriesOf(COUNTED).reduce(
    (sum, [reach, { count }]) => (reach === 'not_placed' ? sum : sum + calls[count]),
    0,
  );
  return placed === 0 ? null : calls.answered / placed;
}

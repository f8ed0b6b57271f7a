import type { Metrics } from '../client/generated.ts';
import type { Share } from '../ui/share-bar.tsx';

/** How far calls got, in the order from good to bad. */
export function reachShares(calls: Metrics['calls']): Share[] {
  return [
    { label: 'Answered', count: calls.answered, colour: 'bg-chart-2' },
    { label: 'Voicemail', count: calls.voicemail, colour: 'bg-chart-1' },
    { label: 'No answer', count: calls.noAnswer, colour: 'bg-chart-5' },
    { label: 'Busy', count: calls.busy, colour: 'bg-chart-3' },
    { label: 'Failed', count: calls.failed, colour: 'bg-chart-4' },
    { label: 'Not placed', count: calls.notPlaced, colour: 'bg-line-strong' },
    { label: 'Unknown', count: calls.unknown, colour: 'bg-bad' },
  ];
}

/** Of the calls that were placed and are over; null while there are none. */
export function answerRate(calls: Metrics['calls']): number | null {
  const placed =
    calls.answered + calls.voicemail + calls.noAnswer + calls.busy + calls.failed + calls.unknown;
  return placed === 0 ? null : calls.answered / placed;
}

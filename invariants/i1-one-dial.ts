import { inScope, type Snapshot } from './snapshot.ts';
import { callSpan, peakOf } from './spans.ts';

/**
 * I1: at most one dial request per attempt, whatever its answer; every call that rang has a row, which was
 * written first; and no phone is in two of our calls at once.
 */
export function* oneDial(snapshot: Snapshot): Generator<string> {
  const dials = snapshot.dials.filter(({ campaignId }) => inScope(snapshot, campaignId));
  const rows = new Set(snapshot.calls.map(({ id }) => id));
  for (const [attemptId, requests] of Map.groupBy(dials, (dial) => dial.attemptId)) {
    if (attemptId === null) {
      yield `${requests.length} dial request(s) named no attempt`;
      continue;
    }
    if (requests.length > 1) yield `attempt ${attemptId} was dialled ${requests.length} times`;
    if (requests.some(({ accepted }) => accepted) && !rows.has(attemptId)) {
      yield `attempt ${attemptId} rang a phone and has no call row`;
    }
  }
  const accepted = snapshot.dials.filter((dial) => dial.accepted);
  for (const calls of Map.groupBy(accepted, ({ to }) => to).values()) {
    if (calls.length < 2 || !calls.some(({ campaignId }) => inScope(snapshot, campaignId))) continue;
    const peak = peakOf(calls.map(callSpan));
    if (peak.count > 1) {
      const ids = calls.map(({ attemptId }) => attemptId ?? 'none').join(', ');
      yield `one contact was in ${peak.count} calls at once, among the attempts ${ids}`;
    }
  }
}

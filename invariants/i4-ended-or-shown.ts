import { inScope, isOver, type Snapshot } from './snapshot.ts';

/**
 * I4: a call past its deadline, or concluded, has a terminal reach; an unknown one is on the attention list;
 * a finished campaign has no call that is not concluded; and no one-off call stays open.
 */
export function* endedOrShown(snapshot: Snapshot): Generator<string> {
  const shown = new Set(
    snapshot.attention.filter(({ kind }) => kind === 'unknown_call').map(({ subject }) => subject),
  );
  const over = new Set(snapshot.campaigns.filter(isOver).map(({ id }) => id));
  for (const call of snapshot.calls) {
    if (!inScope(snapshot, call.campaignId)) continue;
    const overdueMs = snapshot.takenAtMs - call.deadlineAtMs;
    if (call.reach === null) {
      if (call.concludedAtMs !== null) yield `call ${call.id} is concluded without a reach`;
      else if (overdueMs > snapshot.deadlineGraceMs)
        yield `call ${call.id} is open ${Math.round(overdueMs)} ms past its deadline`;
    }
    if (call.reach === 'unknown' && !shown.has(call.id))
      yield `call ${call.id} is unknown and not on the attention list`;
    if (
      call.concludedAtMs === null &&
      call.campaignId !== null &&
      over.has(call.campaignId) &&
      call.direction === 'outbound'
    ) {
      yield `call ${call.id} is not concluded though its campaign is over`;
    }
    const isOneOff = snapshot.oneOffCalls.has(call.id);
    if (
      isOneOff &&
      call.reach !== null &&
      call.concludedAtMs === null &&
      overdueMs > snapshot.deadlineGraceMs
    ) {
      yield `one-off call ${call.id} is not concluded ${Math.round(overdueMs)} ms past its deadline`;
    }
  }
}

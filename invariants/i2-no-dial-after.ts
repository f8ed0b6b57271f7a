import { decisionOf, inScope, reachedAtMs, SENDING_MS, type Snapshot, type StatusEvent } from './snapshot.ts';
import { instant, type Span } from './spans.ts';

/**
 * I2: the phone network receives no dial once an opt-out, a pause or a stop was acknowledged, but those that the
 * acknowledgement names as in flight. Those come at once: none is received long after the permission that it was sent
 * with, since a request that is held up between gate and network would not know of what was acknowledged meanwhile.
 */
export function* noDialAfter(snapshot: Snapshot): Generator<string> {
  const optOuts = new Map(snapshot.optOuts.map((optOut) => [optOut.phone, optOut]));
  const halts = haltsOf(snapshot.statusEvents);
  for (const dial of snapshot.dials) {
    const { attemptId } = dial;
    if (attemptId === null || !inScope(snapshot, dial.campaignId)) continue;
    const decision = decisionOf(snapshot, dial);
    const receivedAtMs = decision === null ? dial.receivedAtMs : reachedAtMs(snapshot, dial, decision);
    const optOut = optOuts.get(dial.to);
    if (optOut !== undefined && receivedAtMs >= optOut.createdAtMs && !optOut.inFlight.includes(attemptId)) {
      yield `attempt ${attemptId} reached the network at ${instant(receivedAtMs)}, after the opt-out at ${instant(optOut.createdAtMs)}, which did not name it`;
    }
    const halt = halts
      .get(dial.campaignId ?? '')
      ?.find(({ startMs, endMs }) => receivedAtMs >= startMs && receivedAtMs < endMs);
    if (halt !== undefined && !halt.inFlight.has(attemptId)) {
      yield `attempt ${attemptId} reached the network at ${instant(receivedAtMs)}, while its campaign was halted since ${instant(halt.startMs)}, which did not name it`;
    }
    if (decision === null) {
      if (snapshot.goDecisions.some((each) => each.attemptId === attemptId))
        yield `attempt ${attemptId} was dialled before it was permitted`;
      continue;
    }
    const lateMs = receivedAtMs - decision.decidedAtMs;
    if (lateMs > SENDING_MS && !wasCommittedLate(snapshot, decision.decidedAtMs, receivedAtMs))
      yield `attempt ${attemptId} was dialled ${Math.round(lateMs)} ms after it was permitted`;
  }
  yield* haltsWithoutEvent(snapshot, halts);
}

/**
 * A permission counts from its commit, of which the database keeps no instant. Until then the gate's locks are held, so
 * that nothing can be acknowledged that the dial would not know of.
 */
function wasCommittedLate({ slowCommits }: Snapshot, decidedAtMs: number, receivedAtMs: number): boolean {
  return slowCommits.some(({ startMs, endMs }) => startMs <= receivedAtMs && endMs >= decidedAtMs);
}

/** A time in which a campaign dials nobody, but whoever its beginning found in flight. */
interface Halt extends Span {
  inFlight: Set<string>;
}

function haltsOf(events: readonly StatusEvent[]): Map<string, Halt[]> {
  const byCampaign = new Map<string, Halt[]>();
  for (const { campaignId, type, atMs, inFlight } of events) {
    const halts = byCampaign.get(campaignId) ?? [];
    byCampaign.set(campaignId, halts);
    const open = halts.find(({ endMs }) => endMs === Number.POSITIVE_INFINITY);
    if (type === 'campaign.resumed') {
      if (open !== undefined) open.endMs = atMs;
    } else if (open === undefined) {
      halts.push({ startMs: atMs, endMs: Number.POSITIVE_INFINITY, inFlight: new Set(inFlight) });
    }
  }
  return byCampaign;
}

/** A pause without an event cannot be judged, so it counts as a violation. */
function* haltsWithoutEvent(snapshot: Snapshot, halts: Map<string, Halt[]>): Generator<string> {
  for (const { id, status } of snapshot.campaigns) {
    if (!inScope(snapshot, id) || (status !== 'paused' && status !== 'stopped')) continue;
    const halted = halts.get(id)?.some(({ endMs }) => endMs === Number.POSITIVE_INFINITY) ?? false;
    if (!halted) yield `campaign ${id} is ${status} and no event has the time`;
  }
}

import { type GoDecision, inScope, type Snapshot, type StatusEvent } from './snapshot.ts';
import { instant, type Span } from './spans.ts';

/** A request sent in time may still wait for the receiving process. */
const RECEIVING_MS = 1_000;

/**
 * I2: no dial was permitted after the contact's opt-out, or while its campaign was paused or stopped, and
 * none was sent after its own timeout. A decision before the pause is a call in flight, which the pause's
 * acknowledgement counted.
 */
export function* noDialAfter(snapshot: Snapshot): Generator<string> {
  const decisions = new Map(snapshot.goDecisions.map((decision) => [decision.attemptId, decision]));
  const optOuts = new Map(snapshot.optOuts.map(({ phone, createdAtMs }) => [phone, createdAtMs]));
  const barred = barredSpans(snapshot.statusEvents);
  for (const dial of snapshot.dials) {
    const decision = dial.attemptId === null ? undefined : decisions.get(dial.attemptId);
    if (decision === undefined || !inScope(snapshot, dial.campaignId)) continue;
    const { attemptId, decidedAtMs } = decision;
    const optedOutAtMs = optOuts.get(dial.to);
    if (optedOutAtMs !== undefined && decidedAtMs >= optedOutAtMs) {
      yield `attempt ${attemptId} was permitted at ${instant(decidedAtMs)}, after the opt-out at ${instant(optedOutAtMs)}`;
    }
    const span = barredAt(barred, decision);
    if (span !== undefined) {
      yield `attempt ${attemptId} was permitted at ${instant(decidedAtMs)}, while its campaign was halted since ${instant(span.startMs)}`;
    }
    if (dial.receivedAtMs < Math.floor(decidedAtMs))
      yield `attempt ${attemptId} was dialled before it was permitted`;
    const lateMs = dial.receivedAtMs - decidedAtMs;
    if (lateMs > snapshot.dialTimeoutMs + RECEIVING_MS) {
      yield `attempt ${attemptId} was dialled ${Math.round(lateMs)} ms after it was permitted`;
    }
  }
  yield* haltsWithoutEvent(snapshot, barred);
}

/** By campaign, the spans in which no dial may be permitted. */
function barredSpans(events: readonly StatusEvent[]): Map<string, Span[]> {
  const byCampaign = new Map<string, Span[]>();
  for (const { campaignId, type, atMs } of events) {
    const spans = byCampaign.get(campaignId) ?? [];
    byCampaign.set(campaignId, spans);
    const open = spans.find(({ endMs }) => endMs === Number.POSITIVE_INFINITY);
    if (type === 'campaign.resumed') {
      if (open !== undefined) open.endMs = atMs;
    } else if (open === undefined) {
      spans.push({ startMs: atMs, endMs: Number.POSITIVE_INFINITY });
    }
  }
  return byCampaign;
}

function barredAt(barred: Map<string, Span[]>, { campaignId, decidedAtMs }: GoDecision): Span | undefined {
  if (campaignId === null) return undefined;
  return barred.get(campaignId)?.find(({ startMs, endMs }) => decidedAtMs >= startMs && decidedAtMs < endMs);
}

/** A pause without an event cannot be judged, so it counts as a violation. */
function* haltsWithoutEvent(snapshot: Snapshot, barred: Map<string, Span[]>): Generator<string> {
  for (const { id, status } of snapshot.campaigns) {
    if (!inScope(snapshot, id) || (status !== 'paused' && status !== 'stopped')) continue;
    const halted = barred.get(id)?.some(({ endMs }) => endMs === Number.POSITIVE_INFINITY) ?? false;
    if (!halted) yield `campaign ${id} is ${status} and no event has the time`;
  }
}

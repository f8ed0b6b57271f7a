import { isDeepStrictEqual } from 'node:util';
import { type Dial, type GoDecision, inScope, rulesOf, type Snapshot } from './snapshot.ts';
import { instant } from './spans.ts';
import { isInside, readWindowFacts } from './window-clock.ts';

/**
 * I3: every dial request has exactly one logged `go`, which names the hours of its settings. Decision and
 * request lie inside those hours in every zone that the decision names. The hours are computed independently
 * here.
 */
export function* decidedInside(snapshot: Snapshot): Generator<string> {
  const decisions = Map.groupBy(snapshot.goDecisions, ({ attemptId }) => attemptId);
  for (const dial of snapshot.dials) {
    if (dial.attemptId === null || !inScope(snapshot, dial.campaignId)) continue;
    const found = decisions.get(dial.attemptId) ?? [];
    const [decision] = found;
    if (decision === undefined || found.length > 1) {
      yield `attempt ${dial.attemptId} was dialled with ${found.length} go decisions`;
      continue;
    }
    if (decision.phone !== dial.to)
      yield `attempt ${dial.attemptId} was dialled to a number other than the one decided on`;
    yield* outsideHours(snapshot, dial, decision);
  }
}

function* outsideHours(snapshot: Snapshot, dial: Dial, decision: GoDecision): Generator<string> {
  const { attemptId } = decision;
  const facts = readWindowFacts(decision.facts);
  if (facts === null) {
    yield `the decision on attempt ${attemptId} names no zones and window`;
    return;
  }
  const settings = rulesOf(snapshot, { ...decision, id: attemptId });
  if (!isDeepStrictEqual(settings?.window, facts.window)) {
    yield `the decision on attempt ${attemptId} names a window other than its settings' (version ${decision.settingsVersion})`;
  }
  const holidays = snapshot.holidays.get(facts.window.holidays ?? '') ?? new Set();
  for (const [what, atMs] of [
    ['permitted', decision.decidedAtMs],
    ['dialled', dial.receivedAtMs],
  ] as const) {
    const shutIn = facts.zones.filter((zone) => !isInside(facts.window, zone, holidays, atMs));
    if (facts.zones.length === 0) yield `attempt ${attemptId} was ${what} with no zone known`;
    if (shutIn.length > 0)
      yield `attempt ${attemptId} was ${what} at ${instant(atMs)}, outside the hours in ${shutIn.join(', ')}`;
  }
}

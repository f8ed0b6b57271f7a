import { isDeepStrictEqual } from 'node:util';
import {
  type Dial,
  decisionOf,
  type GoDecision,
  inScope,
  reachedAtMs,
  rulesOf,
  type Snapshot,
} from './snapshot.ts';
import { instant } from './spans.ts';
import { isInside, readWindowFacts } from './window-clock.ts';

/**
 * I3: every dial request was permitted by a logged `go`, the last one before it, which names the hours of its settings.
 * The decision, the end of the margin in which the phone must ring, and the instant at which the network received the
 * request lie inside those hours in every zone that the decision names. The hours are computed independently here.
 */
export function* decidedInside(snapshot: Snapshot): Generator<string> {
  for (const dial of snapshot.dials) {
    if (dial.attemptId === null || !inScope(snapshot, dial.campaignId)) continue;
    // One that comes only after the dial is a matter of I2.
    const decision =
      decisionOf(snapshot, dial) ??
      snapshot.goDecisions.find(({ attemptId }) => attemptId === dial.attemptId) ??
      null;
    if (decision === null) {
      yield `attempt ${dial.attemptId} was dialled without a go decision`;
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
  const marginMs = (settings?.ringMarginSeconds ?? 0) * 1_000;
  const holidays = snapshot.holidays.get(facts.window.holidays ?? '') ?? new Set();
  for (const [what, atMs] of [
    ['permitted', decision.decidedAtMs],
    ['dialled', reachedAtMs(snapshot, dial, decision)],
    // What is due at the closing itself is inside: the margin ends there.
    ['to ring', decision.judgedAtMs + Math.max(0, marginMs - 1)],
  ] as const) {
    const shutIn = facts.zones.filter((zone) => !isInside(facts.window, zone, holidays, atMs));
    if (facts.zones.length === 0) yield `attempt ${attemptId} was ${what} with no zone known`;
    if (shutIn.length > 0)
      yield `attempt ${attemptId} was ${what} at ${instant(atMs)}, outside the hours in ${shutIn.join(', ')}`;
  }
}

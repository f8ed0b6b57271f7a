import type { CampaignSettings } from '#domain/settings.ts';
import { inScope, rulesOf, type Snapshot, type SnapshotCall, settingsOf } from './snapshot.ts';
import { callSpan, instant, peakOf } from './spans.ts';

/** One dial is timed by two clocks, the gate's and the database's. */
const TOLERANCE_MS = 5;
const DAY_MS = 86_400_000;

/**
 * I6: lines, calls per second, caps and attempts were never exceeded, and a spend limit by no more than the estimates
 * of calls in flight were wrong.
 */
export function* withinLimits(snapshot: Snapshot): Generator<string> {
  yield* lines(snapshot);
  yield* pace(snapshot);
  yield* contactCaps(snapshot);
  yield* attempts(snapshot);
  yield* spending(snapshot);
}

function* lines(snapshot: Snapshot): Generator<string> {
  const accepted = snapshot.dials.filter((dial) => dial.accepted);
  const workspace = peakOf(accepted.map(callSpan));
  if (workspace.count > snapshot.workspaceLines) {
    yield `the workspace had ${workspace.count} calls at once at ${instant(workspace.atMs ?? 0)}, of ${snapshot.workspaceLines} lines`;
  }
  for (const [campaignId, dials] of Map.groupBy(accepted, (dial) => dial.campaignId)) {
    if (campaignId === null || !inScope(snapshot, campaignId)) continue;
    const limit = largest(snapshot, campaignId, (settings) => settings.lines);
    const peak = peakOf(dials.map(callSpan));
    if (peak.count > limit) {
      yield `campaign ${campaignId} had ${peak.count} calls at once at ${instant(peak.atMs ?? 0)}, of ${limit} lines`;
    }
  }
}

function* pace(snapshot: Snapshot): Generator<string> {
  for (const [campaignId, decisions] of Map.groupBy(
    snapshot.goDecisions,
    (decision) => decision.campaignId,
  )) {
    if (campaignId === null || !inScope(snapshot, campaignId)) continue;
    const inOrder = decisions.toSorted((a, b) => a.decidedAtMs - b.decidedAtMs);
    for (const [index, decision] of inOrder.entries()) {
      const settings = settingsOf(snapshot, campaignId, decision.settingsVersion);
      const before = inOrder[index - 1];
      // A decision without settings fails I3.
      if (settings === null || before === undefined) continue;
      const gapMs = decision.decidedAtMs - before.decidedAtMs;
      if (gapMs < 1_000 / settings.callsPerSecond - TOLERANCE_MS) {
        yield `attempts ${before.attemptId} and ${decision.attemptId} were permitted ${gapMs.toFixed(1)} ms apart, at ${settings.callsPerSecond} calls per second`;
      }
    }
  }
}

/** Caps hold across campaigns, for each call by the settings that permitted it. */
function* contactCaps(snapshot: Snapshot): Generator<string> {
  const placed = snapshot.calls.filter(
    (call) => call.direction === 'outbound' && call.reach !== 'not_placed',
  );
  for (const calls of Map.groupBy(placed, ({ phone }) => phone).values()) {
    const inOrder = calls.toSorted((a, b) => a.startedAtMs - b.startedAtMs);
    for (const [index, call] of inOrder.entries()) {
      const settings = rulesOf(snapshot, call);
      if (settings === null || !inScope(snapshot, call.campaignId)) continue;
      yield* capsOfCall(call, inOrder.slice(0, index), settings);
    }
  }
}

function* capsOfCall(
  call: SnapshotCall,
  earlier: readonly SnapshotCall[],
  { caps }: CampaignSettings,
): Generator<string> {
  const last = earlier.at(-1);
  const gapMs = last === undefined ? Number.POSITIVE_INFINITY : call.startedAtMs - last.startedAtMs;
  if (gapMs < caps.minGapSeconds * 1_000 - TOLERANCE_MS) {
    yield `call ${call.id} came ${Math.round(gapMs)} ms after call ${last?.id} to the same contact, ${caps.minGapSeconds} s is the gap`;
  }
  for (const [period, limit, periodMs] of [
    ['day', caps.perDay, DAY_MS],
    ['week', caps.perWeek, 7 * DAY_MS],
  ] as const) {
    const since = call.startedAtMs - periodMs + TOLERANCE_MS;
    const count = 1 + earlier.filter(({ startedAtMs }) => startedAtMs > since).length;
    if (limit !== null && count > limit)
      yield `call ${call.id} was the contact's ${count}. within a ${period}, ${limit} are allowed`;
  }
}

function* attempts(snapshot: Snapshot): Generator<string> {
  const placed = snapshot.calls.filter(
    (call) => call.leadId !== null && call.direction === 'outbound' && call.reach !== 'not_placed',
  );
  for (const [leadId, calls] of Map.groupBy(placed, (call) => call.leadId)) {
    const campaignId = calls[0]?.campaignId ?? null;
    if (campaignId === null || !inScope(snapshot, campaignId)) continue;
    const promised = calls.some((call) => call.promisedOneMore) ? 1 : 0;
    const requested = snapshot.callRequests.get(leadId ?? '') ?? 0;
    const most = largest(snapshot, campaignId, (settings) => settings.maxAttempts);
    const limit = most + promised + requested;
    if (calls.length > limit) yield `lead ${leadId} was called ${calls.length} times, ${limit} are allowed`;
  }
}

/** Amounts are stored with four places. */
const TOLERANCE_CENTS = 0.01;

/**
 * By what the network charged for each dial, whenever it was reported: with every call that was permitted, a campaign
 * passes its limit by no more than the estimates were wrong for as many calls as it has lines, and for those whose
 * charge was never reported.
 */
function* spending(snapshot: Snapshot): Generator<string> {
  const calls = new Map(snapshot.calls.map((call) => [call.id, call]));
  const charged = Map.groupBy(snapshot.dials, (dial) => dial.attemptId);
  for (const [campaignId, decisions] of Map.groupBy(snapshot.goDecisions, (one) => one.campaignId)) {
    if (campaignId === null || !inScope(snapshot, campaignId)) continue;
    if (largest(snapshot, campaignId, (settings) => settings.spendLimitCents ?? 0) === 0) continue;
    const lines = largest(snapshot, campaignId, (settings) => settings.lines);
    let spentCents = 0;
    let unreportedCents = 0;
    const wrongByCents: number[] = [];
    for (const decision of decisions.toSorted((a, b) => a.decidedAtMs - b.decidedAtMs)) {
      const call = calls.get(decision.attemptId);
      const dials = charged.get(decision.attemptId) ?? [];
      const costCents = dials.reduce((sum, dial) => sum + (dial.chargedCents ?? 0), 0);
      const wrongBy = Math.max(0, costCents - (call?.reservedCents ?? 0));
      spentCents += costCents;
      if (call?.costCents === null) unreportedCents += wrongBy;
      else wrongByCents.push(wrongBy);
      const limit = settingsOf(snapshot, campaignId, decision.settingsVersion)?.spendLimitCents ?? null;
      if (limit === null || spentCents <= limit + TOLERANCE_CENTS) continue;
      const worst = wrongByCents.toSorted((a, b) => b - a).slice(0, lines);
      const allowedCents = limit + unreportedCents + worst.reduce((sum, cents) => sum + cents, 0);
      if (spentCents > allowedCents + TOLERANCE_CENTS) {
        yield `campaign ${campaignId} spent ${spentCents} cents with attempt ${decision.attemptId}, of ${limit} and at most ${allowedCents} by its estimates`;
      }
    }
  }
}

/** The most that any version of the campaign's settings allowed; 0 without settings. */
function largest(snapshot: Snapshot, campaignId: string, of: (settings: CampaignSettings) => number): number {
  return snapshot.settings
    .filter((row) => row.campaignId === campaignId)
    .reduce((most, { settings }) => Math.max(most, of(settings)), 0);
}

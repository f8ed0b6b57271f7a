import type { CampaignSettings } from '#domain/settings.ts';
import { inScope, rulesOf, type Snapshot, type SnapshotCall, settingsOf } from './snapshot.ts';
import { callSpan, instant, peakOf } from './spans.ts';

/** One dial is timed by two clocks, the gate's and the database's. */
const TOLERANCE_MS = 5;
const DAY_MS = 86_400_000;

/** I6: lines, calls per second, caps and attempts were never exceeded. */
export function* withinLimits(snapshot: Snapshot): Generator<string> {
  yield* lines(snapshot);
  yield* pace(snapshot);
  yield* contactCaps(snapshot);
  yield* attempts(snapshot);
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
    const limit = largest(snapshot, campaignId, (settings) => settings.maxAttempts);
    if (calls.length > limit) yield `lead ${leadId} was called ${calls.length} times, ${limit} are allowed`;
  }
}

/** The most that any version of the campaign's settings allowed; 0 without settings. */
function largest(snapshot: Snapshot, campaignId: string, of: (settings: CampaignSettings) => number): number {
  return snapshot.settings
    .filter((row) => row.campaignId === campaignId)
    .reduce((most, { settings }) => Math.max(most, of(settings)), 0);
}

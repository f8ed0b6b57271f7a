import { TOTALS, VERDICT_TOTALS } from '#db/queries/metrics.ts';
import type { CallTotalsTable } from '#db/schema/calls.ts';
import { byWord } from '#domain/words.ts';
import { inScope, type Snapshot, type SnapshotCall } from './snapshot.ts';
import { workflowDisagreements } from './workflow-standing.ts';

/**
 * I5: the phone network, the database and Temporal agree, by ids and not by sums alone. Stored sums cover
 * campaigns only; one-off calls are compared with the network and Temporal one by one.
 */
export function* countsAgree(snapshot: Snapshot): Generator<string> {
  yield* callsAgainstNetwork(snapshot);
  yield* totalsAgainstCalls(snapshot);
  yield* workflowDisagreements(snapshot);
}

function* callsAgainstNetwork(snapshot: Snapshot): Generator<string> {
  const rang = new Map(
    snapshot.dials.flatMap((dial) =>
      dial.accepted && dial.attemptId !== null ? [[dial.attemptId, dial]] : [],
    ),
  );
  for (const call of snapshot.calls) {
    if (call.direction !== 'outbound' || !inScope(snapshot, call.campaignId)) continue;
    const dial = rang.get(call.id);
    if (dial === undefined) {
      // An unknown call may not have been placed, nor an open one yet.
      const claimsPlaced = call.reach !== null && call.reach !== 'unknown' && call.reach !== 'not_placed';
      if (claimsPlaced) yield `call ${call.id} is ${call.reach} though no phone rang`;
      if (call.conversationId !== null) yield `call ${call.id} has a conversation though no phone rang`;
      continue;
    }
    if (call.reach === 'not_placed') {
      yield `call ${call.id} counts as not placed though a phone rang`;
      continue;
    }
    if (call.conversationId === null ? isSettled(call) : call.conversationId !== dial.conversationId) {
      yield `call ${call.id} has conversation ${call.conversationId ?? 'none'}, the network ${dial.conversationId ?? 'none'}`;
    }
    if (isSettled(call) && call.reach !== dial.reach) {
      yield `call ${call.id} is ${call.reach}, the network says ${dial.reach ?? 'in flight'}`;
    }
  }
}

function isSettled(call: SnapshotCall): boolean {
  return call.reach !== null && call.reach !== 'unknown';
}

type Sums = Omit<CallTotalsTable, 'campaign_id' | 'day'>;

/** Costs have four decimals; the order of addition may change the rest. */
const ROUNDING = 0.001;

function* totalsAgainstCalls(snapshot: Snapshot): Generator<string> {
  const counted = new Map<string, Sums>();
  for (const call of snapshot.calls) {
    if (call.campaignId === null || !inScope(snapshot, call.campaignId)) continue;
    const key = `${call.campaignId} on ${call.day}`;
    const sums = counted.get(key) ?? emptySums();
    counted.set(key, sums);
    addCall(sums, call);
  }
  const kept = new Map<string, Sums>();
  for (const row of snapshot.totals) {
    if (inScope(snapshot, row.campaign_id)) kept.set(`${row.campaign_id} on ${row.day}`, row);
  }
  for (const key of new Set([...counted.keys(), ...kept.keys()])) {
    const count = counted.get(key) ?? emptySums();
    const total = kept.get(key) ?? emptySums();
    for (const sum of TOTALS) {
      if (Math.abs(count[sum] - total[sum]) > ROUNDING) {
        yield `campaign ${key}: ${sum} is kept as ${total[sum]} and counts ${count[sum]}`;
      }
    }
  }
}

function emptySums(): Sums {
  return byWord(TOTALS, () => 0);
}

function addCall(sums: Sums, call: SnapshotCall): void {
  sums.calls += 1;
  if (call.reach !== null) sums[call.reach] += 1;
  if (call.verdict !== null) sums[VERDICT_TOTALS[call.verdict]] += 1;
  if (call.converted) sums.conversions += 1;
  if (call.talkSeconds !== null) sums.talks += 1;
  sums.talk_seconds += call.talkSeconds ?? 0;
  sums.cost_cents += call.costCents ?? 0;
}

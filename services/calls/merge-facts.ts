import type { Selectable } from 'kysely';
import type { Tx } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import { saveCalls } from '#db/queries/save-calls.ts';
import { currentSettings, settingsOf } from '#db/queries/settings.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import {
  type CallSource,
  fullerText,
  laterStatus,
  mergeReach,
  type Reach,
  surerVerdict,
} from '#domain/call.ts';
import type { ConversationFacts } from '#domain/conversation.ts';
import type { Evaluation } from '#domain/evaluate.ts';
import { planFollowUps } from '../follow-ups/plan.ts';
import { noteCallBack } from '../leads/replies.ts';
import { addOptOut } from '../opt-outs/opt-outs.ts';
import { evaluateUnder, evaluationColumns } from './evaluate.ts';
import { holdCalls } from './hold-calls.ts';
import { followJudgement, settleLate } from './late-facts.ts';
import { type MergedDetails, mergeDetails } from './merge-details.ts';

type Call = Selectable<CallsTable>;

export interface MergeInput {
  facts: ConversationFacts;
  source: CallSource;
  now: Date;
  /** Price of one of the provider's credits. */
  centsPerCredit: number;
}

export interface Merged {
  callId: string;
  leadId: string | null;
  ended: boolean;
  /** We dialled it: its lead's workflow waits for its end. */
  dialled: boolean;
  /** What follows it, planned with these facts: to be started. Of a call that a workflow waits for, the workflow does. */
  followUps: string[];
  /** Leads that wait, and whose person has called back with it: their workflows are to be told. */
  replied: string[];
}

/**
 * Merges what a provider told into the call it is about, found by conversation, by attempt or by the carrier's id.
 * Forward only and idempotent: in whatever order and however often facts come, the same row results. Null when no
 * call is known.
 */
export async function mergeFacts(tx: Tx, input: MergeInput): Promise<Merged | null> {
  return (await mergeAll(tx, [input]))[0] ?? null;
}

/** As `mergeFacts` one after the other, but in hardly more statements than for one. */
export async function mergeAll(tx: Tx, inputs: readonly MergeInput[]): Promise<(Merged | null)[]> {
  const held = await holdCalls(
    tx,
    inputs.map(({ facts }) => facts),
  );
  const merges: Merge[] = [];
  const later: number[] = [];
  for (const [index, input] of inputs.entries()) {
    const call = held[index];
    if (call == null) continue;
    // What another of them says of the same call is merged into what this one leaves.
    if (merges.some((other) => other.call.id === call.id)) later.push(index);
    else if (call.conversation_id === null || call.conversation_id === input.facts.conversationId)
      merges.push({ index, input, call, remade: isRemade(call, input) });
  }
  const results: (Merged | null)[] = inputs.map(() => null);
  for (const { index, merged } of await mergeEach(tx, merges)) results[index] = merged;
  for (const index of later) {
    const input = inputs[index];
    if (input !== undefined) results[index] = await mergeFacts(tx, input);
  }
  return results;
}

interface Merge {
  index: number;
  input: MergeInput;
  call: Call;
  remade: boolean;
}

/** Each of another call, all of them held. */
async function mergeEach(tx: Tx, merges: readonly Merge[]): Promise<{ index: number; merged: Merged }[]> {
  if (merges.length === 0) return [];
  const details = await mergeDetails(
    tx,
    merges.map(({ input, call, remade }) => ({ call, facts: input.facts, remade })),
  );
  const rules = await settingsOf(
    tx,
    merges.map(({ call }) => call.campaign_id),
  );
  const changes = merges.map((merge, nth) => {
    const { call, input, remade } = merge;
    const found = details[nth];
    if (found === undefined) throw new Error('A call has no details after they were merged.');
    const merged = mergeCall(call, input, { ...found, remade });
    const after = { ...call, ...merged };
    return { merge, after, evaluation: evaluateUnder(rules(call.campaign_id), after, found) };
  });
  await saveCalls(
    tx,
    changes.map(({ after, evaluation }) =>
      evaluation === null || after.reach === null
        ? after
        : { ...after, ...evaluationColumns(after, after.reach, evaluation) },
    ),
  );
  const results: { index: number; merged: Merged }[] = [];
  for (const { merge, after, evaluation } of changes) {
    results.push({ index: merge.index, merged: await followChange(tx, merge, after, evaluation) });
  }
  return results;
}

/** What else changes with a call. */
async function followChange(
  tx: Tx,
  { call, input: { now } }: Merge,
  after: Call,
  evaluation: Evaluation | null,
): Promise<Merged> {
  await recordChange(tx, call, after, evaluation);
  if (evaluation !== null) await followJudgement(tx, { before: call, after, evaluation, now });
  const cameIn = call.direction === 'inbound' && after.reach === 'answered';
  return {
    callId: call.id,
    leadId: call.lead_id,
    ended: after.status === 'ended',
    dialled: call.attempt !== null,
    followUps: await followLate(tx, { before: call, after, evaluation, now }),
    replied: cameIn ? await noteCallBack(tx, after, evaluation?.converted ?? false) : [],
  };
}

/** The call's columns after the facts. A status and a reach move forward; what is known is filled in, never blanked. */
function mergeCall(
  call: Call,
  { facts, source, now, centsPerCredit }: MergeInput,
  { answeredBy, remade }: MergedDetails & { remade: boolean },
) {
  const reach = mergeReach(call.reach, reachSaid(call, facts, answeredBy));
  // A conversation may be over for the provider before its reach can be told; the call ends when both are known.
  const status =
    reach === null
      ? laterStatus(call.status, facts.status === 'ended' ? 'in_progress' : facts.status)
      : 'ended';
  const settledNow = call.reach !== reach;
  return {
    conversation_id: facts.conversationId,
    call_sid: call.call_sid ?? facts.callSid,
    has_audio: facts.hasAudio === true || call.has_audio === true ? true : (facts.hasAudio ?? call.has_audio),
    sentiment: facts.sentiment ?? call.sentiment,
    from_number: call.from_number ?? facts.agentNumber,
    status,
    reach,
    source: settledNow ? source : call.source,
    verdict: remade ? facts.verdict : surerVerdict(call.verdict, facts.verdict),
    answered_at: call.answered_at ?? (reach === 'answered' ? notAfter(now, facts.answeredAt) : null),
    ended_at: status === 'ended' ? (call.ended_at ?? notAfter(now, facts.endedAt) ?? now) : null,
    talk_seconds: reach === 'answered' ? larger(facts.talkSeconds, call.talk_seconds) : call.talk_seconds,
    cost_cents: larger(
      facts.costCredits === null ? null : facts.costCredits * centsPerCredit,
      call.cost_cents,
    ),
    summary: remade ? (facts.summary ?? call.summary) : fullerText(call.summary, facts.summary),
    termination_reason: fullerText(call.termination_reason, facts.terminationReason),
    // Why it was given up is no news once more is known.
    failure: isGivenUp(call) ? (facts.failure ?? call.failure) : fullerText(call.failure, facts.failure),
  };
}

/**
 * For the line a machine that picks up has answered: the carrier's word on it, where it came before the end, makes the
 * call a voicemail. After the end it changes only what was given up.
 */
function reachSaid(
  call: Call,
  facts: ConversationFacts,
  answeredBy: MergedDetails['answeredBy'],
): Reach | null {
  if (answeredBy !== 'machine') return facts.reach;
  return facts.reach === 'answered' || (facts.reach === null && isGivenUp(call)) ? 'voicemail' : facts.reach;
}

function isGivenUp({ reach }: Call): boolean {
  return reach === 'unknown' || reach === 'not_placed';
}

/** The provider judged the talk anew: a later look of our own finds another verdict than it gave before. */
function isRemade(call: Call, { facts, source }: MergeInput): boolean {
  return (
    source === 'reconciled' && facts.verdict !== null && (call.verdict ?? facts.verdict) !== facts.verdict
  );
}

function larger(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** A provider whose clock is ahead of ours does not put the end of a call, and the retry after it, in the future. */
function notAfter(now: Date, at: Date | null): Date | null {
  return at !== null && at > now ? now : at;
}

/** Of calls that no workflow concludes, or that one has given up before: what follows them, now that they ended. */
async function followLate(
  tx: Tx,
  { before, after, evaluation, now }: { before: Call; after: Call; evaluation: Evaluation | null; now: Date },
): Promise<string[]> {
  if (before.concluded_at === null || before.reach === after.reach || after.campaign_id === null) return [];
  const { settings } = await currentSettings(tx, after.campaign_id);
  const { disposition = null, converted = false } = evaluation ?? {};
  return await planFollowUps(tx, { call: { ...after, disposition, converted }, settings, now });
}

async function recordChange(tx: Tx, before: Call, after: Call, evaluation: Evaluation | null): Promise<void> {
  const subject = { campaignId: after.campaign_id, leadId: after.lead_id, callId: after.id };
  if (evaluation?.disposition === 'opted_out' && after.phone !== null) {
    const reason = 'The person asked for it in a call.';
    await addOptOut(tx, { phone: after.phone, reason, source: 'call', about: subject });
  }
  if (before.reach !== after.reach) {
    await appendEvent(tx, {
      type: 'call.ended',
      ...subject,
      data: { reach: after.reach, source: after.source },
    });
  } else if (before.status !== after.status) {
    await appendEvent(tx, { type: 'call.updated', ...subject, data: { status: after.status } });
  }
  if (before.concluded_at !== null && before.attempt !== null && before.reach !== after.reach)
    await settleLate(tx, before, after, evaluation);
}

import type { Tx } from '#db/client.ts';
import { type CallRow, saveCalls } from '#db/queries/calls.ts';
import { currentSettings, settingsOf } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockContacts, lockContactsBehind } from '#db/queries/locks.ts';
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
import { evaluateUnder, evaluationColumns, followEvaluation, followLateReach } from './evaluate.ts';
import { settleUnended } from './hang-up.ts';
import { type MergedDetails, mergeDetails } from './merge-details.ts';

export interface MergeInput {
  facts: ConversationFacts;
  source: CallSource;
  now: Date;
}

export interface Merged {
  callId: string;
  leadId: string | null;
  ended: boolean;
  /** We dialled it: a workflow waits for its end. */
  dialled: boolean;
  /** Follow-ups that were planned with these facts, and that no workflow starts. */
  followUps: string[];
  /** Leads that wait for their next call, and whose person has called back: their workflows are to be notified. */
  replied: string[];
}

/**
 * Merges a provider's facts into the call they are about, found by conversation, attempt or the carrier's id. Forward
 * only and idempotent: the same row results, in whatever order and however often facts come. Null when no call is known.
 */
export async function mergeFacts(tx: Tx, input: MergeInput): Promise<Merged | null> {
  return (await mergeAll(tx, [input]))[0] ?? null;
}

/** As `mergeFacts` for one after the other, in hardly more statements than for one. */
export async function mergeAll(tx: Tx, inputs: readonly MergeInput[]): Promise<(Merged | null)[]> {
  const held = await lockCalls(
    tx,
    inputs.map(({ facts }) => facts),
  );
  const merges: Merge[] = [];
  const later: number[] = [];
  for (const [index, input] of inputs.entries()) {
    const call = held[index];
    if (call == null) continue;
    // Of two about the same call, the later is merged into what the first leaves.
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
  call: CallRow;
  remade: boolean;
}

/** Each is about another call; all calls are locked. */
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

/** Everything else that changes with a call. */
async function followChange(
  tx: Tx,
  { call, input: { now } }: Merge,
  after: CallRow,
  evaluation: Evaluation | null,
): Promise<Merged> {
  await recordChange(tx, { before: call, after, evaluation, now });
  if (evaluation !== null) await followEvaluation(tx, { before: call, after, evaluation, now });
  const calledBack = call.direction === 'inbound' && after.reach === 'answered';
  return {
    callId: call.id,
    leadId: call.lead_id,
    ended: after.status === 'ended',
    dialled: call.attempt !== null,
    followUps: await followLate(tx, { before: call, after, evaluation, now }),
    replied: calledBack ? await noteCallBack(tx, after, evaluation?.converted ?? false) : [],
  };
}

/** The call's columns after the facts. Status and reach move forward; values are filled in, never removed. */
function mergeCall(
  call: CallRow,
  { facts, source, now }: MergeInput,
  { answeredBy, remade }: MergedDetails & { remade: boolean },
) {
  const told = reachOf(call, facts, answeredBy);
  // A person's word was a guess: whatever is reported stands above it.
  const reach = call.source === 'person' ? (told ?? call.reach) : mergeReach(call.reach, told);
  // A conversation may be over at the provider before its reach is known; the call ends when both are.
  const status =
    reach === null
      ? laterStatus(call.status, facts.status === 'ended' ? 'in_progress' : facts.status)
      : 'ended';
  const settledNow = call.reach !== reach || (call.source === 'person' && told !== null);
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
    cost_cents: larger(facts.costCents, call.cost_cents),
    summary: remade ? (facts.summary ?? call.summary) : fullerText(call.summary, facts.summary),
    termination_reason: fullerText(call.termination_reason, facts.terminationReason),
    // Once more is known, nobody needs the reason for which it was given up.
    failure: isGivenUp(call) ? (facts.failure ?? call.failure) : fullerText(call.failure, facts.failure),
  };
}

/**
 * The voice provider counts a call that a machine picked up as answered. Where the carrier says that it was a machine,
 * the call is a voicemail; after the end, that changes only a call that was given up.
 */
function reachOf(
  call: CallRow,
  facts: ConversationFacts,
  answeredBy: MergedDetails['answeredBy'],
): Reach | null {
  if (answeredBy !== 'machine') return facts.reach;
  return facts.reach === 'answered' || (facts.reach === null && isGivenUp(call)) ? 'voicemail' : facts.reach;
}

function isGivenUp({ reach, source }: CallRow): boolean {
  return reach === 'unknown' || reach === 'not_placed' || source === 'person';
}

/** The provider has analysed the conversation again: a later look finds another verdict than before. */
function isRemade(call: CallRow, { facts, source }: MergeInput): boolean {
  return (
    source === 'reconciled' && facts.verdict !== null && (call.verdict ?? facts.verdict) !== facts.verdict
  );
}

function larger(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** A provider whose clock is ahead of ours must not move the end of a call, and with it the retry, into the future. */
function notAfter(now: Date, at: Date | null): Date | null {
  return at !== null && at > now ? now : at;
}

/** Plans what follows a call that no workflow concludes, or that its workflow had given up. */
async function followLate(
  tx: Tx,
  {
    before,
    after,
    evaluation,
    now,
  }: { before: CallRow; after: CallRow; evaluation: Evaluation | null; now: Date },
): Promise<string[]> {
  if (before.concluded_at === null || before.reach === after.reach || after.campaign_id === null) return [];
  const { settings } = await currentSettings(tx, after.campaign_id);
  const { disposition = null, converted = false } = evaluation ?? {};
  return await planFollowUps(tx, { call: { ...after, disposition, converted }, settings, now });
}

async function recordChange(
  tx: Tx,
  {
    before,
    after,
    evaluation,
    now,
  }: { before: CallRow; after: CallRow; evaluation: Evaluation | null; now: Date },
): Promise<void> {
  const subject = { campaignId: after.campaign_id, leadId: after.lead_id, callId: after.id };
  if (evaluation?.disposition === 'opted_out' && after.phone !== null) {
    const reason = 'The person asked for it in a call.';
    await addOptOut(tx, { phone: after.phone, reason, source: 'call', about: subject });
  }
  if (before.reach !== after.reach) {
    await settleUnended(tx, before);
    await appendEvent(tx, {
      type: 'call.ended',
      ...subject,
      data: { reach: after.reach, source: after.source },
    });
  } else if (before.status !== after.status) {
    await appendEvent(tx, { type: 'call.updated', ...subject, data: { status: after.status } });
  }
  if (before.concluded_at !== null && before.attempt !== null && before.reach !== after.reach)
    await followLateReach(tx, { before, after, evaluation, now });
}

type Found = Pick<CallRow, 'id' | 'phone' | 'lead_id' | 'direction'>;

/**
 * The call of each, or null where none is known, locked after its contact and its lead. Callers' contacts are locked
 * too, because their call may be created, and all contacts behind their number, because all those leads are updated.
 */
async function lockCalls(tx: Tx, facts: readonly ConversationFacts[]): Promise<(CallRow | null)[]> {
  const found = await findCallsOf(tx, facts);
  const known = found.filter((call) => call !== null);
  const callers = facts.filter(({ kind, direction }) => kind === 'phone' && direction === 'inbound');
  const phones = known.map(({ phone }) => phone);
  const isInbound = callers.length > 0 || known.some(({ direction }) => direction === 'inbound');
  if (isInbound)
    await lockContactsBehind(tx, [...phones, ...callers.map(({ externalNumber }) => externalNumber)]);
  else await lockContacts(tx, phones);
  if (known.length === 0) return found.map(() => null);
  const leadIds = [...new Set(known.map(({ lead_id }) => lead_id).filter((id) => id !== null))];
  if (leadIds.length > 0) {
    await tx.selectFrom('leads').select('id').where('id', 'in', leadIds).orderBy('id').forUpdate().execute();
  }
  const calls = await tx
    .selectFrom('calls')
    .selectAll()
    .where('id', 'in', [...new Set(known.map(({ id }) => id))])
    .orderBy('id')
    .forUpdate()
    .execute();
  const byId = new Map(calls.map((call) => [call.id, call]));
  return found.map((call) => (call === null ? null : (byId.get(call.id) ?? null)));
}

/** By conversation, else by attempt, else by the carrier's id. */
async function findCallsOf(tx: Tx, facts: readonly ConversationFacts[]): Promise<(Found | null)[]> {
  const attempts = facts.map(({ attemptId }) => attemptId).filter((id) => id !== null);
  const rows = await tx
    .selectFrom('calls')
    .select(['id', 'phone', 'lead_id', 'direction', 'conversation_id'])
    .where((eb) => {
      const conversations = facts.map(({ conversationId }) => conversationId);
      const byConversation = eb('conversation_id', 'in', conversations);
      return attempts.length === 0 ? byConversation : eb.or([byConversation, eb('id', 'in', attempts)]);
    })
    .execute();
  const byConversation = new Map(rows.map((row) => [row.conversation_id, row]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const found: (Found | null)[] = [];
  for (const { conversationId, attemptId, callSid } of facts) {
    const row = byConversation.get(conversationId) ?? (attemptId === null ? undefined : byId.get(attemptId));
    found.push(row ?? (callSid === null ? null : await findBySid(tx, callSid)));
  }
  return found;
}

async function findBySid(tx: Tx, callSid: string): Promise<Found | null> {
  const bySid = await tx
    .selectFrom('calls')
    .select(['id', 'phone', 'lead_id', 'direction'])
    .where('call_sid', '=', callSid)
    .where('conversation_id', 'is', null)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return bySid ?? null;
}

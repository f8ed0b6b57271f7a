import type { Selectable } from 'kysely';
import { type CallSource, laterStatus, mergeReach, type Reach } from '../../domain/call.ts';
import type { ConversationFacts } from '../../domain/conversation.ts';
import type { Evaluation } from '../../domain/evaluate.ts';
import type { Tx } from '../client.ts';
import type { CallsTable } from '../schema/calls.ts';
import { type MergedDetails, mergeDetails } from './call-details.ts';
import { evaluateStored, evaluationColumns } from './evaluate-call.ts';
import { appendEvent } from './events.ts';
import { planFollowUps } from './follow-ups.ts';
import { settleLate } from './late-facts.ts';
import { lockContact } from './locks.ts';
import { noteCallBack } from './replies.ts';
import { currentSettings } from './settings.ts';

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
 * Merges what a provider told into the call it is about, found by conversation, by attempt or by the carrier's id. Forward only and
 * idempotent: in whatever order and however often facts come, the same row results. Null when no call is known.
 */
export async function mergeFacts(tx: Tx, input: MergeInput): Promise<Merged | null> {
  const found = await findCall(tx, input.facts);
  if (found === null) return null;
  await lockContact(tx, found.phone);
  if (found.lead_id !== null) {
    await tx.selectFrom('leads').select('id').where('id', '=', found.lead_id).forUpdate().execute();
  }
  const call = await tx
    .selectFrom('calls')
    .selectAll()
    .where('id', '=', found.id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (call.conversation_id !== null && call.conversation_id !== input.facts.conversationId) return null;
  const details = await mergeDetails(tx, call, input.facts);
  const merged = mergeCall(call, input, details);
  const evaluation = merged.reach === null ? null : await evaluateStored(tx, { ...call, ...merged }, details);
  await tx
    .updateTable('calls')
    .set({
      ...merged,
      ...(evaluation === null || merged.reach === null
        ? {}
        : evaluationColumns(call, merged.reach, evaluation)),
    })
    .where('id', '=', call.id)
    .execute();
  const after = { ...call, ...merged };
  await recordChange(tx, call, after, evaluation);
  const cameIn = call.direction === 'inbound' && merged.reach === 'answered';
  return {
    callId: call.id,
    leadId: call.lead_id,
    ended: merged.status === 'ended',
    dialled: call.attempt !== null,
    followUps: await followLate(tx, { before: call, after, evaluation, now: input.now }),
    replied: cameIn ? await noteCallBack(tx, after, evaluation?.converted ?? false) : [],
  };
}

async function findCall(
  tx: Tx,
  facts: ConversationFacts,
): Promise<Pick<Call, 'id' | 'phone' | 'lead_id'> | null> {
  const byConversation = await tx
    .selectFrom('calls')
    .select(['id', 'phone', 'lead_id'])
    .where('conversation_id', '=', facts.conversationId)
    .executeTakeFirst();
  if (byConversation) return byConversation;
  if (facts.attemptId !== null) {
    const byAttempt = await tx
      .selectFrom('calls')
      .select(['id', 'phone', 'lead_id'])
      .where('id', '=', facts.attemptId)
      .executeTakeFirst();
    if (byAttempt) return byAttempt;
  }
  if (facts.callSid === null) return null;
  const bySid = await tx
    .selectFrom('calls')
    .select(['id', 'phone', 'lead_id'])
    .where('call_sid', '=', facts.callSid)
    .where('conversation_id', 'is', null)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return bySid ?? null;
}

/** The call's columns after the facts. A status and a reach move forward; what is known is filled in, never blanked. */
function mergeCall(
  call: Call,
  { facts, source, now, centsPerCredit }: MergeInput,
  { answeredBy }: MergedDetails,
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
    verdict: facts.verdict ?? call.verdict,
    answered_at: call.answered_at ?? (reach === 'answered' ? notAfter(now, facts.answeredAt) : null),
    ended_at: status === 'ended' ? (call.ended_at ?? notAfter(now, facts.endedAt) ?? now) : null,
    talk_seconds: reach === 'answered' ? (facts.talkSeconds ?? call.talk_seconds) : call.talk_seconds,
    cost_cents: facts.costCredits === null ? call.cost_cents : facts.costCredits * centsPerCredit,
    summary: facts.summary ?? call.summary,
    termination_reason: facts.terminationReason ?? call.termination_reason,
    failure: facts.failure ?? call.failure,
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
  const wasGivenUp = call.reach === 'unknown' || call.reach === 'not_placed';
  return facts.reach === 'answered' || (facts.reach === null && wasGivenUp) ? 'voicemail' : facts.reach;
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
  return await planFollowUps(tx, { ...after, disposition, converted }, settings, now);
}

async function recordChange(tx: Tx, before: Call, after: Call, evaluation: Evaluation | null): Promise<void> {
  const subject = { campaignId: after.campaign_id, leadId: after.lead_id, callId: after.id };
  if (evaluation?.disposition === 'opted_out' && after.phone !== null) {
    await tx
      .insertInto('opt_outs')
      .values({ phone: after.phone, reason: 'The person asked for it in a call.', source: 'call' })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
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

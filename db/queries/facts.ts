import type { Selectable } from 'kysely';
import { type CallSource, laterStatus, mergeReach, type Reach } from '../../domain/call.ts';
import type { ConversationFacts } from '../../domain/conversation.ts';
import { type EndedCall, type Evaluation, evaluateCall } from '../../domain/evaluate.ts';
import { DEFAULT_SETTINGS } from '../../domain/settings.ts';
import type { Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { CallDetailsTable, CallsTable } from '../schema/calls.ts';
import { raiseAttention, settleAttention } from './attention.ts';
import { appendEvent } from './events.ts';
import { lockContact } from './locks.ts';
import { currentSettings } from './settings.ts';

type Call = Selectable<CallsTable>;
type Details = Selectable<CallDetailsTable>;

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
}

/**
 * Merges what a provider told into the call it is about, found by conversation or by attempt. Forward only and
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
  const details = await mergeDetails(tx, call.id, input.facts);
  const merged = mergeCall(call, input);
  const evaluation = merged.reach === null ? null : await evaluate(tx, { ...call, ...merged }, details);
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
  await recordChange(tx, call, { ...call, ...merged }, evaluation);
  return { callId: call.id, leadId: call.lead_id, ended: merged.status === 'ended' };
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
  if (facts.attemptId === null) return null;
  const byAttempt = await tx
    .selectFrom('calls')
    .select(['id', 'phone', 'lead_id'])
    .where('id', '=', facts.attemptId)
    .executeTakeFirst();
  return byAttempt ?? null;
}

/** The call's columns after the facts. A status and a reach move forward; what is known is filled in, never blanked. */
function mergeCall(call: Call, { facts, source, now, centsPerCredit }: MergeInput) {
  const reach = mergeReach(call.reach, facts.reach);
  // A conversation may be over for the provider before its reach can be told; the call ends when both are known.
  const status =
    reach === null
      ? laterStatus(call.status, facts.status === 'ended' ? 'in_progress' : facts.status)
      : 'ended';
  const settledNow = call.reach !== reach;
  return {
    conversation_id: facts.conversationId,
    call_sid: call.call_sid ?? facts.callSid,
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

/** A provider whose clock is ahead of ours does not put the end of a call, and the retry after it, in the future. */
function notAfter(now: Date, at: Date | null): Date | null {
  return at !== null && at > now ? now : at;
}

async function mergeDetails(
  tx: Tx,
  callId: string,
  facts: ConversationFacts,
): Promise<Pick<Details, 'transcript' | 'analysis'>> {
  const old = await tx
    .selectFrom('call_details')
    .selectAll()
    .where('call_id', '=', callId)
    .executeTakeFirst();
  const collected = { ...collectedOf(old), ...facts.dataCollection };
  const criteria = { ...((old?.analysis?.evaluation as object | undefined) ?? {}), ...facts.evaluation };
  const richer = (facts.transcript?.length ?? -1) >= (old?.transcript?.length ?? -1);
  const transcript = richer ? (facts.transcript ?? null) : (old?.transcript ?? null);
  const analysis = {
    verdict: facts.verdict ?? old?.analysis?.verdict ?? null,
    dataCollection: collected,
    evaluation: criteria,
  };
  const values = {
    transcript: transcript === null ? null : toJson(transcript),
    analysis: toJson(analysis),
    raw: toJson(richer ? facts.raw : old?.raw),
    updated_at: new Date(),
  };
  await tx
    .insertInto('call_details')
    .values({ call_id: callId, ...values })
    .onConflict((conflict) => conflict.column('call_id').doUpdateSet(values))
    .execute();
  return { transcript, analysis };
}

function collectedOf(details: Pick<Details, 'analysis'> | undefined): Record<string, unknown> {
  return (details?.analysis?.dataCollection as Record<string, unknown> | undefined) ?? {};
}

async function evaluate(
  tx: Tx,
  call: Call,
  details: Pick<Details, 'transcript' | 'analysis'>,
): Promise<Evaluation | null> {
  if (call.reach === null) return null;
  const settings =
    call.campaign_id === null ? DEFAULT_SETTINGS : (await currentSettings(tx, call.campaign_id)).settings;
  const ended: EndedCall = {
    reach: call.reach,
    verdict: call.verdict,
    talkSeconds: call.talk_seconds,
    transcript: details.transcript ?? [],
    dataCollection: collectedOf(details),
    marked:
      call.converted_by === 'person' ? { converted: call.converted, disposition: call.disposition } : null,
  };
  return evaluateCall(ended, settings);
}

function evaluationColumns(call: Call, reach: Reach, evaluation: Evaluation) {
  return {
    converted: evaluation.converted,
    converted_by:
      call.converted_by === 'person' ? call.converted_by : evaluation.converted ? ('rule' as const) : null,
    conversion_reason: evaluation.reason === null ? null : toJson(evaluation.reason),
    disposition: evaluation.disposition,
    // A call that nobody answered says nothing of the lead's worth.
    score: reach === 'answered' ? evaluation.score.total : null,
    score_parts: reach === 'answered' ? toJson(evaluation.score.parts) : null,
  };
}

async function recordChange(tx: Tx, before: Call, after: Call, evaluation: Evaluation | null): Promise<void> {
  const subject = { campaignId: after.campaign_id, leadId: after.lead_id, callId: after.id };
  if (evaluation?.disposition === 'opted_out') {
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
  if (before.concluded_at !== null && before.reach !== after.reach)
    await settleLate(tx, before, after, evaluation);
}

/** A call that was given up as unknown or not placed, and of which the outcome came after all. */
async function settleLate(tx: Tx, before: Call, after: Call, evaluation: Evaluation | null): Promise<void> {
  if (before.reach === 'unknown') {
    await settleAttention(tx, {
      kind: 'unknown_call',
      subject: after.id,
      settlement: `It was ${after.reach}.`,
    });
  } else {
    await raiseAttention(tx, {
      kind: 'unknown_call',
      subject: after.id,
      campaignId: after.campaign_id,
      leadId: after.lead_id,
      detail: `Taken for not placed, it turned out ${after.reach}.`,
    });
  }
  if (after.lead_id === null) return;
  const lead = await tx
    .selectFrom('leads')
    .select(['outcome', 'converted'])
    .where('id', '=', after.lead_id)
    .executeTakeFirstOrThrow();
  await tx
    .updateTable('leads')
    .set({
      last_reach: after.reach,
      disposition: evaluation?.disposition ?? null,
      converted: lead.converted || (evaluation?.converted ?? false),
      score: evaluation?.score.total ?? null,
      score_parts: evaluation === null ? null : toJson(evaluation.score.parts),
      outcome: lead.outcome === 'unknown' ? lateOutcome(after, evaluation) : lead.outcome,
    })
    .where('id', '=', after.lead_id)
    .execute();
}

function lateOutcome(call: Call, evaluation: Evaluation | null) {
  if (evaluation?.disposition === 'opted_out') return 'opted_out' as const;
  if (evaluation?.converted) return 'converted' as const;
  return call.reach === 'answered' ? ('answered' as const) : ('not_retried' as const);
}

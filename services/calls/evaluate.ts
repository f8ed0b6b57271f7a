import { sql } from 'kysely';
import type { Db, Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { type CallDetails, type CallRow, wasCalledAgain } from '#db/queries/calls.ts';
import { settingsOf } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { ProviderVerdict, Reach } from '#domain/call.ts';
import { type EndedCall, type Evaluation, evaluateCall } from '#domain/evaluate.ts';
import type { LeadOutcome } from '#domain/lead.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { raiseAttention, settleAttention } from '../attention.ts';
import { finishLead } from '../leads/steps.ts';

type Details = Pick<CallDetails, 'transcript' | 'analysis'>;

/** What the agent collected and judged, as it is stored with the call. */
export function analysisOf(details: Pick<Details, 'analysis'> | undefined) {
  return {
    dataCollection: (details?.analysis?.dataCollection as Record<string, unknown> | undefined) ?? {},
    evaluation: (details?.analysis?.evaluation as Record<string, ProviderVerdict> | undefined) ?? {},
  };
}

/**
 * What an ended call is worth by its campaign's rules, or by the default ones without a campaign. Null before its end.
 */
export async function evaluateStored(
  db: Db | Tx,
  call: CallRow,
  details: Details,
): Promise<Evaluation | null> {
  if (call.reach === null) return null;
  const settings = await settingsOf(db, [call.campaign_id]);
  return evaluateUnder(settings(call.campaign_id), call, details);
}

/** As `evaluateStored`, by these settings. */
export function evaluateUnder(
  settings: CampaignSettings,
  call: CallRow,
  details: Details,
): Evaluation | null {
  if (call.reach === null) return null;
  const ended: EndedCall = {
    reach: call.reach,
    verdict: call.verdict,
    talkSeconds: call.talk_seconds,
    transcript: details.transcript ?? [],
    ...analysisOf(details),
    marked:
      call.converted_by === 'person' ? { converted: call.converted, disposition: call.disposition } : null,
  };
  return evaluateCall(ended, settings);
}

/** The columns that follow from an evaluation. */
export function evaluationColumns(call: CallRow, reach: Reach, evaluation: Evaluation) {
  const byPerson = call.converted_by === 'person';
  const reason = byPerson ? call.conversion_reason : evaluation.reason;
  return {
    converted: evaluation.converted,
    converted_by: byPerson ? call.converted_by : evaluation.converted ? ('rule' as const) : null,
    conversion_reason: reason === null ? null : toJson(reason),
    disposition: evaluation.disposition,
    // A call that nobody answered says nothing of the lead's worth.
    score: reach === 'answered' ? evaluation.score.total : null,
    score_parts: reach === 'answered' ? toJson(evaluation.score.parts) : null,
  };
}

/** A lead is converted when one of its calls is; its disposition and score are those of its last call. */
export async function updateLeadOf(tx: Tx, call: CallRow, leadId: string, now: Date): Promise<void> {
  const { converted, last } = await tx
    .selectFrom('calls')
    .select([
      sql<boolean>`bool_or(converted)`.as('converted'),
      (select) => select.fn.max('attempt').as('last'),
    ])
    .where('lead_id', '=', leadId)
    .executeTakeFirstOrThrow();
  const lead = await tx
    .selectFrom('leads')
    .select('outcome')
    .where('id', '=', leadId)
    .executeTakeFirstOrThrow();
  const isLast = call.attempt === last;
  await tx
    .updateTable('leads')
    .set({
      converted,
      outcome: outcomeAfter(lead.outcome, converted, isLast && call.disposition === 'opted_out'),
      updated_at: now,
      ...(isLast
        ? {
            disposition: call.disposition,
            score: call.score,
            score_parts: call.score_parts === null ? null : toJson(call.score_parts),
          }
        : {}),
    })
    .where('id', '=', leadId)
    .execute();
}

/** Only outcomes that rest on a conversation change with its evaluation. */
function outcomeAfter(
  outcome: LeadOutcome | null,
  converted: boolean,
  optedOut: boolean,
): LeadOutcome | null {
  switch (outcome) {
    case 'converted':
    case 'answered':
    case 'opted_out':
      if (optedOut) return 'opted_out';
      return converted ? 'converted' : outcome === 'converted' ? 'answered' : outcome;
    case 'replied':
    case 'attempts_spent':
    case 'not_retried':
    case 'refused':
    case 'unknown':
    case 'stopped':
    case 'ended':
    case null:
      return outcome;
  }
}

interface Change {
  before: CallRow;
  after: CallRow;
}

/**
 * Updates the lead of a call that is concluded, and that new facts have evaluated otherwise. The next step that was
 * decided stays.
 */
export async function followEvaluation(
  tx: Tx,
  { before, after, evaluation, now }: Change & { evaluation: Evaluation; now: Date },
): Promise<void> {
  const { concluded_at: concludedAt, attempt, lead_id: leadId } = before;
  if (concludedAt === null || attempt === null || leadId === null || before.reach !== after.reach) return;
  const { converted, disposition, score } = evaluation;
  const answered = after.reach === 'answered';
  const total = answered ? score.total : null;
  if (before.converted === converted && before.disposition === disposition && before.score === total) return;
  const evaluated = { ...after, disposition, score: total, score_parts: answered ? score.parts : null };
  await updateLeadOf(tx, evaluated, leadId, now);
  if (!converted || before.converted) return;
  await appendEvent(tx, {
    type: 'lead.converted',
    campaignId: after.campaign_id,
    leadId,
    callId: after.id,
    data: { by: 'call', rule: evaluation.reason?.rule ?? null },
  });
}

/** Brings attention and lead in line with a call that was given up, and whose reach is known after all. */
export async function followLateReach(
  tx: Tx,
  { before, after, evaluation, now }: Change & { evaluation: Evaluation | null; now: Date },
): Promise<void> {
  if (before.reach === 'unknown') {
    await settleAttention(tx, {
      kind: 'unknown_call',
      subject: after.id,
      settlement: `It was ${after.reach}.`,
    });
  } else if (before.reach === 'not_placed') {
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
    .select(['outcome', 'converted', 'state'])
    .where('id', '=', after.lead_id)
    .executeTakeFirstOrThrow();
  const isLast = !(await wasCalledAgain(tx, after));
  const isGuess =
    lead.outcome === 'unknown' || (before.source === 'person' && isLast && isOfReach(lead.outcome));
  await tx
    .updateTable('leads')
    .set({
      ...(isLast
        ? {
            last_reach: after.reach,
            disposition: evaluation?.disposition ?? null,
            score: evaluation?.score.total ?? null,
            score_parts: evaluation === null ? null : toJson(evaluation.score.parts),
          }
        : {}),
      converted: lead.converted || (evaluation?.converted ?? false),
      outcome: isGuess ? lateOutcome(after, evaluation) : lead.outcome,
    })
    .where('id', '=', after.lead_id)
    .execute();
  const waits = lead.state === 'backing_off' || lead.state === 'queued';
  if (before.source !== 'person' || !isLast || !waits || after.reach !== 'answered') return;
  if (evaluation?.disposition === 'callback_requested') return;
  // The person was reached: what a settlement as not reached has brought about is taken back.
  const outcome = lateOutcome(after, evaluation);
  const ref = { leadId: after.lead_id, campaignId: after.campaign_id ?? '' };
  await finishLead(tx, ref, { outcome, detail: 'A report showed that the person was reached.', now });
}

/** It says how the last call ended, and nothing else. */
function isOfReach(outcome: LeadOutcome | null): boolean {
  return outcome === 'answered' || outcome === 'not_retried' || outcome === 'attempts_spent';
}

function lateOutcome(call: CallRow, evaluation: Evaluation | null): LeadOutcome {
  if (evaluation?.disposition === 'opted_out') return 'opted_out';
  if (evaluation?.converted) return 'converted';
  return call.reach === 'answered' ? 'answered' : 'not_retried';
}

import { type Selectable, sql } from 'kysely';
import type { Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { Evaluation } from '#domain/evaluate.ts';
import { raiseAttention, settleAttention } from '../attention.ts';
import { followInLead } from './mark.ts';

type Call = Selectable<CallsTable>;

/** A call that was given up as unknown or not placed, and of which the outcome came after all. */
export async function settleLate(
  tx: Tx,
  before: Call,
  after: Call,
  evaluation: Evaluation | null,
): Promise<void> {
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
  const isLast = !(await wasCalledAgain(tx, after));
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
      outcome: lead.outcome === 'unknown' ? lateOutcome(after, evaluation) : lead.outcome,
    })
    .where('id', '=', after.lead_id)
    .execute();
}

/** A later attempt, which may have been placed: what the lead shows of its last call is that one's. */
async function wasCalledAgain(tx: Tx, { lead_id: leadId, attempt }: Call): Promise<boolean> {
  const later = await tx
    .selectFrom('calls')
    .select('id')
    .where('lead_id', '=', leadId)
    .where('attempt', '>', attempt)
    .where(sql<boolean>`reach is distinct from 'not_placed'`)
    .limit(1)
    .executeTakeFirst();
  return later !== undefined;
}

/**
 * A call whose next step is decided, and of which something is learnt that is judged otherwise: its lead follows. What
 * was decided stays.
 */
export async function followJudgement(
  tx: Tx,
  { before, after, evaluation, now }: { before: Call; after: Call; evaluation: Evaluation; now: Date },
): Promise<void> {
  const { concluded_at: concludedAt, attempt, lead_id: leadId } = before;
  if (concludedAt === null || attempt === null || leadId === null || before.reach !== after.reach) return;
  const { converted, disposition, score } = evaluation;
  const answered = after.reach === 'answered';
  const total = answered ? score.total : null;
  if (before.converted === converted && before.disposition === disposition && before.score === total) return;
  const judged = { ...after, disposition, score: total, score_parts: answered ? score.parts : null };
  await followInLead(tx, judged, leadId, now);
  if (!converted || before.converted) return;
  await appendEvent(tx, {
    type: 'lead.converted',
    campaignId: after.campaign_id,
    leadId,
    callId: after.id,
    data: { by: 'call', rule: evaluation.reason?.rule ?? null },
  });
}

function lateOutcome(call: Call, evaluation: Evaluation | null) {
  if (evaluation?.disposition === 'opted_out') return 'opted_out' as const;
  if (evaluation?.converted) return 'converted' as const;
  return call.reach === 'answered' ? ('answered' as const) : ('not_retried' as const);
}

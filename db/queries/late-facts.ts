import type { Selectable } from 'kysely';
import type { Evaluation } from '../../domain/evaluate.ts';
import type { Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { CallsTable } from '../schema/calls.ts';
import { raiseAttention, settleAttention } from './attention.ts';

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

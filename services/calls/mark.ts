import { inTransaction, type Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type CallRow, findCallDetails } from '#db/queries/calls.ts';
import { currentSettings } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockCallAndLead } from '#db/queries/locks.ts';
import type { Actor } from '#domain/access.ts';
import type { Disposition } from '#domain/call.ts';
import type { Context } from '../context.ts';
import { notFound } from '../errors.ts';
import { planFollowUps } from '../follow-ups/plan.ts';
import { addOptOut, notifyOptedOut } from '../opt-outs/opt-outs.ts';
import { evaluateStored, updateLeadOf } from './evaluate.ts';
import { idsOf } from './record.ts';

/** What a person says of a call; at least one of the three. Null removes the notes. */
export interface CallMark {
  converted?: boolean | undefined;
  disposition?: Disposition | undefined;
  notes?: string | null | undefined;
}

/**
 * Stores what a person says of a call, which no rule overrules afterwards, and brings score, lead and follow-ups in
 * line. A contact that is marked as opted out goes on the opt-out list.
 *
 * @throws ServiceError `not-found`
 */
export async function markCall(
  context: Context,
  { callId, mark, actor }: { callId: string; mark: CallMark; actor: Actor },
): Promise<void> {
  const now = await context.now();
  const { call, followUps } = await inTransaction(context.db, async (tx) => {
    const marked = await storeMark(tx, { callId, mark, now });
    // Notes are a person's own words: they stay out of the log.
    const { notes, ...said } = mark;
    const data = {
      ...said,
      ...(notes === undefined ? {} : { notes: notes === null ? 'removed' : 'changed' }),
    };
    await appendEvent(tx, { type: 'call.marked', ...idsOf(marked.call), data });
    await appendAudit(tx, { actor, action: 'call.marked', subject: callId, data });
    return marked;
  });
  for (const followUpId of followUps) await context.workflows.startFollowUp(followUpId);
  if (mark.disposition === 'opted_out' && call.phone !== null) await notifyOptedOut(context, call.phone);
}

async function storeMark(
  tx: Tx,
  { callId, mark, now }: { callId: string; mark: CallMark; now: Date },
): Promise<{ call: CallRow; followUps: string[] }> {
  const locked = await lockCallAndLead(tx, callId);
  if (locked === null) throw notFound('call');
  const before = locked.call;
  const evaluates = mark.converted !== undefined || mark.disposition !== undefined;
  const call = await tx
    .updateTable('calls')
    .set({
      ...(mark.notes === undefined ? {} : { notes: mark.notes }),
      ...(evaluates ? await markedColumns(tx, before, mark) : {}),
    })
    .where('id', '=', callId)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (mark.disposition === 'opted_out' && call.phone !== null) {
    const reason = 'A person marked a call so.';
    await addOptOut(tx, { phone: call.phone, reason, source: 'api', about: idsOf(call) });
  }
  if (evaluates && call.lead_id !== null) await updateLeadOf(tx, call, call.lead_id, now);
  return { call, followUps: await followConversion(tx, before, call, now) };
}

/** The columns that follow from a person's word. A call that is under way has no score yet. */
async function markedColumns(tx: Tx, call: CallRow, mark: CallMark) {
  const converted = mark.converted ?? call.converted;
  // What a person said before still holds, except a disposition that only repeated the conversion.
  const saidBefore =
    call.converted_by === 'person' && call.disposition !== 'converted' ? call.disposition : null;
  const disposition = mark.disposition ?? saidBefore;
  const word = {
    converted,
    converted_by: 'person' as const,
    conversion_reason: converted ? toJson({ rule: 'manual', detail: 'a person marked it' }) : null,
  };
  const marked = { ...call, converted, converted_by: word.converted_by, disposition };
  const evaluation = await evaluateStored(tx, marked, await findCallDetails(tx, call.id));
  if (evaluation === null) return { ...word, disposition };
  const { total, parts } = evaluation.score;
  return { ...word, disposition: evaluation.disposition, score: total, score_parts: toJson(parts) };
}

/** Plans what follows a conversion, for a call that was concluded without one. */
async function followConversion(tx: Tx, before: CallRow, call: CallRow, now: Date): Promise<string[]> {
  const { campaign_id: campaignId } = call;
  if (campaignId === null || before.concluded_at === null || before.converted || !call.converted) return [];
  const { settings } = await currentSettings(tx, campaignId);
  return await planFollowUps(tx, { call, settings, now });
}

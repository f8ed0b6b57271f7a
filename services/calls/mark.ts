import { type Selectable, sql } from 'kysely';
import type { Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { findCallDetails } from '#db/queries/calls.ts';
import { lockContact } from '#db/queries/locks.ts';
import { currentSettings } from '#db/queries/settings.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { Disposition } from '#domain/call.ts';
import { evaluateCall } from '#domain/evaluate.ts';
import type { LeadOutcome } from '#domain/lead.ts';
import { DEFAULT_SETTINGS } from '#domain/settings.ts';
import { planFollowUps } from '../follow-ups/plan.ts';
import { addOptOut } from '../opt-outs/opt-outs.ts';
import { analysisOf } from './evaluate.ts';

/** What a person says of a call; at least one of the three. Null notes are removed. */
export interface CallMark {
  converted?: boolean | undefined;
  disposition?: Disposition | undefined;
  notes?: string | null | undefined;
}

type Row = Selectable<CallsTable>;

export interface Marked {
  call: Row;
  /** What follows a call that a person calls converted, planned now: to be started after the commit. */
  followUps: string[];
}

/**
 * Stores what a person says of a call, which no rule overrules afterwards, and brings score, lead and follow-ups in
 * line. Who is marked as opted out goes on the opt-out list. Null when there is no such call.
 */
export async function markCall(tx: Tx, id: string, mark: CallMark, now: Date): Promise<Marked | null> {
  const call = await lockWithOwners(tx, id);
  if (call === null) return null;
  const judges = mark.converted !== undefined || mark.disposition !== undefined;
  const marked = await tx
    .updateTable('calls')
    .set({
      ...(mark.notes === undefined ? {} : { notes: mark.notes }),
      ...(judges ? await judge(tx, call, mark) : {}),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (mark.disposition === 'opted_out' && call.phone !== null) {
    const about = { campaignId: call.campaign_id, leadId: call.lead_id, callId: call.id };
    await addOptOut(tx, { phone: call.phone, reason: 'A person marked a call so.', source: 'api', about });
  }
  if (judges && marked.lead_id !== null) await followInLead(tx, marked, marked.lead_id, now);
  return { call: marked, followUps: await followConversion(tx, call, marked, now) };
}

/** Of a call that was concluded without a conversion: its conclusion planned only what follows such a call. */
async function followConversion(tx: Tx, before: Row, marked: Row, now: Date): Promise<string[]> {
  const { campaign_id: campaignId } = marked;
  if (campaignId === null || before.concluded_at === null || before.converted || !marked.converted) return [];
  const { settings } = await currentSettings(tx, campaignId);
  return await planFollowUps(tx, { call: marked, settings, now });
}

/** The call, held together with its contact and lead, in the order in which all are locked. */
async function lockWithOwners(tx: Tx, id: string): Promise<Row | null> {
  const found = await tx
    .selectFrom('calls')
    .select(['phone', 'lead_id'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (found === undefined) return null;
  await lockContact(tx, found.phone);
  if (found.lead_id !== null) {
    await tx.selectFrom('leads').select('id').where('id', '=', found.lead_id).forUpdate().execute();
  }
  return await tx.selectFrom('calls').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/** The columns that follow from a person's word. A call that is under way has no score yet. */
async function judge(tx: Tx, call: Row, mark: CallMark) {
  const converted = mark.converted ?? call.converted;
  // What a person said before still holds, but for a disposition that only repeated the conversion.
  const saidBefore =
    call.converted_by === 'person' && call.disposition !== 'converted' ? call.disposition : null;
  const marked = { converted, disposition: mark.disposition ?? saidBefore };
  const word = {
    converted,
    converted_by: 'person' as const,
    conversion_reason: converted ? toJson({ rule: 'manual', detail: 'a person marked it' }) : null,
  };
  if (call.reach === null) return { ...word, disposition: marked.disposition };
  const { transcript, analysis } = await findCallDetails(tx, call.id);
  const settings =
    call.campaign_id === null ? DEFAULT_SETTINGS : (await currentSettings(tx, call.campaign_id)).settings;
  const { disposition, score } = evaluateCall(
    {
      reach: call.reach,
      verdict: call.verdict,
      talkSeconds: call.talk_seconds,
      transcript: transcript ?? [],
      ...analysisOf({ analysis }),
      marked,
    },
    settings,
  );
  return { ...word, disposition, score: score.total, score_parts: toJson(score.parts) };
}

/** A lead is converted when one of its calls is; its disposition and score are those of its last call. */
export async function followInLead(tx: Tx, call: Row, leadId: string, now: Date): Promise<void> {
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

/** Only outcomes that speak of what came of a conversation follow a person's word. */
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
    case null:
      return outcome;
  }
}

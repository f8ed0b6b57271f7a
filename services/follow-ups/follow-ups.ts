import type { Selectable } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Db, Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockContact } from '#db/queries/locks.ts';
import { isOptedOut } from '#db/queries/opt-outs.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { LeadsTable } from '#db/schema/leads.ts';
import type { FollowUpsTable } from '#db/schema/messages.ts';
import { type FollowUpRule, matchFollowUps } from '#domain/follow-up.ts';
import { findMeeting, type Meeting } from '#domain/meeting.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { raiseAttention } from '../attention.ts';

export type FollowUp = Selectable<FollowUpsTable>;
type Call = Selectable<CallsTable>;

/** The values that the agent collected in a call, by name. */
async function collectedIn(db: Db | Tx, callId: string): Promise<Record<string, unknown>> {
  const details = await db
    .selectFrom('call_details')
    .select('analysis')
    .where('call_id', '=', callId)
    .executeTakeFirst();
  return (details?.analysis?.dataCollection as Record<string, unknown> | undefined) ?? {};
}

/** The meeting that was agreed in a call, as it was understood at the call's end. */
export function meetingOf(
  call: Pick<Call, 'reach' | 'started_at' | 'ended_at'>,
  collected: Record<string, unknown>,
  zones: readonly string[],
): Meeting | null {
  if (call.reach !== 'answered') return null;
  return findMeeting(collected, { zones, now: call.ended_at ?? call.started_at });
}

/**
 * Plans what the campaign's rules say follows an ended call, each rule once, whatever becomes known of the call
 * later. Due at the call's end and the rule's delay.
 *
 * @returns the ids of what was planned now; their workflows are to be started after the commit. What nobody
 *   starts, the sweep does.
 */
export async function planFollowUps(
  tx: Tx,
  call: Call,
  settings: Pick<CampaignSettings, 'followUps'>,
  now: Date,
): Promise<string[]> {
  const { campaign_id: campaignId, lead_id: leadId, reach } = call;
  if (settings.followUps.length === 0 || campaignId === null || leadId === null || reach === null) return [];
  // Whoever tried the agent in the browser is not the lead.
  if (call.kind === 'browser') return [];
  const lead = await tx
    .selectFrom('leads')
    .select('zones')
    .where('id', '=', leadId)
    .executeTakeFirstOrThrow();
  const meeting = meetingOf(call, await collectedIn(tx, call.id), lead.zones);
  const { disposition, converted } = call;
  const rules = matchFollowUps(settings.followUps, {
    reach,
    disposition,
    converted,
    meeting: meeting !== null,
  });
  if (rules.length === 0) return [];
  const planned = await tx
    .insertInto('follow_ups')
    .values(rules.map((rule) => toRow(rule, { call, campaignId, leadId, now })))
    .onConflict((conflict) => conflict.columns(['call_id', 'rule_id']).doNothing())
    .returning(['id', 'channel', 'rule_id', 'due_at'])
    .execute();
  for (const { id, channel, rule_id, due_at } of planned) {
    await appendEvent(tx, {
      type: 'follow_up.planned',
      campaignId,
      leadId,
      callId: call.id,
      followUpId: id,
      data: { channel, rule: rule_id, dueAt: due_at.toISOString() },
    });
  }
  return planned.map(({ id }) => id);
}

function toRow(
  rule: FollowUpRule,
  { call, campaignId, leadId, now }: { call: Call; campaignId: string; leadId: string; now: Date },
) {
  return {
    id: uuid(),
    campaign_id: campaignId,
    lead_id: leadId,
    call_id: call.id,
    rule_id: rule.id,
    channel: rule.channel,
    rule: toJson(rule),
    due_at: new Date((call.ended_at ?? now).getTime() + rule.afterSeconds * 1_000),
  };
}

/** What follows a call and is not done yet. */
export async function pendingFollowUps(db: Db | Tx, callId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('follow_ups')
    .select('id')
    .where('call_id', '=', callId)
    .where('status', '=', 'planned')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** What should have been done before an instant, in the order in which it was due. */
export async function overdueFollowUps(
  db: Db,
  before: Date,
  page: { after: { dueAt: Date; id: string } | null; limit: number },
): Promise<Pick<FollowUp, 'id' | 'due_at'>[]> {
  let query = db
    .selectFrom('follow_ups')
    .select(['id', 'due_at'])
    .where('status', '=', 'planned')
    .where('due_at', '<', before);
  if (page.after !== null) {
    const { dueAt, id } = page.after;
    query = query.where((where) =>
      where.or([where('due_at', '>', dueAt), where.and([where('due_at', '=', dueAt), where('id', '>', id)])]),
    );
  }
  return await query.orderBy('due_at').orderBy('id').limit(page.limit).execute();
}

/** A lead's follow-ups in the order in which they were planned; one row more than `limit`, where there is one. */
export async function listFollowUps(
  db: Db,
  leadId: string,
  page: { after: string | null; limit: number },
): Promise<FollowUp[]> {
  let query = db.selectFrom('follow_ups').selectAll().where('lead_id', '=', leadId);
  if (page.after !== null) query = query.where('id', '>', page.after);
  return await query
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
}

/** How a follow-up ended. `reason` says why it was skipped or how it failed: no number and no name in it. */
export type FollowUpEnd =
  | { status: 'done'; messageId?: string; deliveryId?: string }
  | { status: 'skipped' | 'failed'; reason: string };

/** Closes a follow-up that is held. A failure is put before a person by the caller. */
export async function finishFollowUp(tx: Tx, row: FollowUp, end: FollowUpEnd, now: Date): Promise<void> {
  await tx
    .updateTable('follow_ups')
    .set({
      status: end.status,
      finished_at: now,
      ...(end.status === 'done'
        ? { message_id: end.messageId ?? row.message_id, delivery_id: end.deliveryId ?? row.delivery_id }
        : { reason: end.reason }),
    })
    .where('id', '=', row.id)
    .where('status', '=', 'planned')
    .execute();
  await appendEvent(tx, {
    type: `follow_up.${end.status}`,
    campaignId: row.campaign_id,
    leadId: row.lead_id,
    callId: row.call_id,
    followUpId: row.id,
    messageId: end.status === 'done' ? (end.messageId ?? row.message_id) : row.message_id,
    deliveryId: end.status === 'done' ? (end.deliveryId ?? null) : null,
    data: { channel: row.channel, rule: row.rule_id },
  });
}

/** Fails a follow-up that is held, and puts it before a person. */
export async function failFollowUp(tx: Tx, row: FollowUp, reason: string, now: Date): Promise<void> {
  await finishFollowUp(tx, row, { status: 'failed', reason }, now);
  await raiseAttention(tx, {
    kind: 'failed_follow_up',
    subject: row.id,
    campaignId: row.campaign_id,
    leadId: row.lead_id,
    detail: `${row.rule_id}: ${reason}`,
  });
}

/** A follow-up with all that it speaks of. */
export interface FollowedRows {
  followUp: FollowUp;
  lead: Selectable<LeadsTable>;
  campaign: { name: string; archived_at: Date | null };
  call: Call | null;
  collected: Record<string, unknown>;
  optedOut: boolean;
}

/**
 * Holds the contact and the follow-up until the transaction ends: an opt-out comes wholly before, or after. Null
 * when the lead was erased.
 */
export async function lockFollowUp(tx: Tx, id: string): Promise<FollowedRows | null> {
  const found = await tx
    .selectFrom('follow_ups')
    .innerJoin('leads', 'leads.id', 'follow_ups.lead_id')
    .select('leads.phone')
    .where('follow_ups.id', '=', id)
    .executeTakeFirst();
  if (found === undefined) return null;
  await lockContact(tx, found.phone);
  const followUp = await tx
    .selectFrom('follow_ups')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (followUp === undefined) return null;
  const callId = followUp.call_id;
  const [lead, campaign, call, optedOut] = [
    await tx.selectFrom('leads').selectAll().where('id', '=', followUp.lead_id).executeTakeFirstOrThrow(),
    await tx
      .selectFrom('campaigns')
      .select(['name', 'archived_at'])
      .where('id', '=', followUp.campaign_id)
      .executeTakeFirstOrThrow(),
    callId === null
      ? undefined
      : await tx.selectFrom('calls').selectAll().where('id', '=', callId).executeTakeFirst(),
    await isOptedOut(tx, found.phone),
  ];
  const collected = callId === null ? {} : await collectedIn(tx, callId);
  return { followUp, lead, campaign, call: call ?? null, collected, optedOut };
}

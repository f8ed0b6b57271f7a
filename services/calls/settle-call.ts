import type { Selectable } from 'kysely';
import { inTransaction, type Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { type Attention, closeAttentionByHand, findAttention, lockAttention } from '#db/queries/attention.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type CallRow, wasCalledAgain } from '#db/queries/calls.ts';
import { type Campaign, changeCampaign, lockCampaign } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { pendingFollowUps } from '#db/queries/follow-ups.ts';
import { changeLead } from '#db/queries/leads.ts';
import { lockCallAndLead, lockContact } from '#db/queries/locks.ts';
import type { LeadsTable } from '#db/schema/leads.ts';
import type { Actor } from '#domain/access.ts';
import type { NextStep } from '#domain/retry.ts';
import { reachOfSettlement, SETTLEMENTS, type Settlement } from '#domain/settlement.ts';
import { announceChange, noteChange } from '../campaigns/changes.ts';
import type { Context } from '../context.ts';
import { notFound, wrongState } from '../errors.ts';
import { moveOn } from './conclude.ts';
import { isUnaccounted } from './overdue.ts';
import { idsOf } from './record.ts';

type Lead = Selectable<LeadsTable>;

export interface SettlementRequest {
  attentionId: number;
  outcome: Settlement;
  /** Why the person says so, in their own words. */
  note: string;
  actor: Actor;
}

export interface SettledCall {
  item: Attention;
  callId: string;
  leadId: string | null;
  /** What follows for the lead; null where nothing does. */
  next: NextStep | null;
  /** What was changed, or why not more, in a sentence for the person. */
  effect: string;
}

/** What may be said of an item's call; empty for an item of which a person's word settles nothing. */
export function choicesOf(
  { kind }: Pick<Attention, 'kind'>,
  call: Pick<CallRow, 'status' | 'held_because'> | null,
): readonly Settlement[] {
  if (call === null || (kind !== 'unknown_call' && kind !== 'unended_call')) return [];
  return isUnaccounted(call) ? SETTLEMENTS : [];
}

/**
 * Takes a person's word for a call of which nobody knows, ended as unknown or still waited for. The lead goes on from
 * there as after such a call: one that was not placed does not count, and another may follow at once. What the
 * providers report later stands above it.
 *
 * @throws ServiceError `not-found`; `wrong-state` for an item that is settled, or of no such call
 */
export async function settleCall(context: Context, request: SettlementRequest): Promise<SettledCall> {
  const found = await findAttention(context.db, request.attentionId);
  if (found === null) throw notFound('item');
  requireOpen(found);
  if (found.kind !== 'unknown_call' && found.kind !== 'unended_call') {
    throw wrongState('The item is not about a call: what settles it is said where it leads to.');
  }
  const { settled, followUps } = await inTransaction(context.db, (tx) => settle(tx, context, found, request));
  await notify(context, settled);
  for (const followUpId of followUps) await context.workflows.startFollowUp(followUpId);
  return settled;
}

function requireOpen({ settled_at, settled_by, settlement }: Attention): void {
  if (settled_at === null) return;
  const by = settled_by === null ? 'by itself' : `by ${settled_by}`;
  throw wrongState(`It was settled ${by} at ${settled_at.toISOString()}: ${settlement ?? 'done'}`);
}

interface Held {
  call: CallRow;
  lead: Lead | null;
  campaign: Campaign | null;
}

/** In the order of the locks: contact, campaign, lead, call. */
async function hold(tx: Tx, callId: string): Promise<Held> {
  const found = await tx
    .selectFrom('calls')
    .select(['phone', 'campaign_id'])
    .where('id', '=', callId)
    .executeTakeFirst();
  if (found === undefined) throw notFound('call');
  await lockContact(tx, found.phone);
  const campaign = found.campaign_id === null ? null : await lockCampaign(tx, found.campaign_id);
  const locked = await lockCallAndLead(tx, callId);
  if (locked === null) throw notFound('call');
  return { ...locked, campaign };
}

async function settle(
  tx: Tx,
  context: Context,
  { id, subject }: Attention,
  { outcome, note, actor }: SettlementRequest,
): Promise<{ settled: SettledCall; followUps: string[] }> {
  const held = await hold(tx, subject);
  requireOpen(await lockAttention(tx, id));
  const { call: before } = held;
  if (!isUnaccounted(before)) {
    throw wrongState('The call is under way: end it, and its outcome is reported.');
  }
  const now = await context.now();
  const isKnown = before.status === 'ended' && before.reach !== 'unknown';
  const call = isKnown ? before : await setReach(tx, before, outcome, now);
  const { next, effect } = isKnown
    ? { next: null, effect: `The call is known to have been ${before.reach}, which stays.` }
    : await goOn(tx, { ...held, call }, { outcome, now });
  const item = await closeAttentionByHand(tx, {
    id,
    subject,
    settlement: `${outcome}: ${note}`,
    by: actor.id,
  });
  const was = before.status === 'ended' ? before.reach : before.status;
  const data = { outcome, was, next: next?.next ?? null };
  await appendEvent(tx, { type: 'call.settled', ...idsOf(call), data });
  await appendAudit(tx, {
    actor,
    action: 'call.settled',
    subject: call.id,
    data: { ...data, is: call.reach, note },
  });
  return {
    settled: { item, callId: call.id, leadId: call.lead_id, next, effect },
    followUps: await pendingFollowUps(tx, call.id),
  };
}

async function setReach(tx: Tx, call: CallRow, outcome: Settlement, now: Date): Promise<CallRow> {
  const reach = reachOfSettlement(outcome);
  const after = await tx
    .updateTable('calls')
    .set({
      status: 'ended',
      reach,
      source: 'person',
      ended_at: call.ended_at ?? now,
      concluded_at: call.concluded_at ?? now,
      hang_up_next_at: null,
      // It is over by the person's word, and holds neither line nor contact.
      deadline_at: call.deadline_at > now ? now : call.deadline_at,
      failure: outcome === 'placed' ? 'It was placed, by a person’s word; how it ended is not known.' : null,
    })
    .where('id', '=', call.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (call.reach !== reach)
    await appendEvent(tx, { type: 'call.ended', ...idsOf(call), data: { reach, source: 'person' } });
  return after;
}

/** What follows for the lead. */
async function goOn(
  tx: Tx,
  { call, lead, campaign }: Held,
  { outcome, now }: { outcome: Settlement; now: Date },
): Promise<{ next: NextStep | null; effect: string }> {
  if (lead === null || campaign === null || call.attempt === null)
    return { next: null, effect: 'The call is settled. It belongs to no lead.' };
  if (await wasCalledAgain(tx, call))
    return {
      next: null,
      effect: 'The call is settled. The lead has been called again since, and goes on from there.',
    };
  if (lead.state === 'finished' && lead.outcome !== 'unknown')
    return { next: null, effect: `The call is settled. The lead stays finished: ${lead.outcome}.` };
  const isClosed = campaign.status === 'stopped' || campaign.archived_at !== null;
  const again: NextStep = isClosed
    ? { next: 'finish', outcome: 'stopped' }
    : { next: 'retry', kind: 'retry', at: now };
  // The lead is taken back to where it was when the call ended.
  const reopened = await changeLead(tx, lead.id, {
    state: 'calling',
    outcome: null,
    outcome_detail: null,
    finished_at: null,
  });
  const next = await moveOn(tx, reopened, call, now, outcome === 'not_placed' ? again : undefined);
  await tx
    .updateTable('calls')
    .set({ next_step: toJson(next) })
    .where('id', '=', call.id)
    .execute();
  if (next.next === 'finish') {
    const why = campaign.archived_at !== null ? 'archived' : campaign.status;
    return isClosed && next.outcome === 'stopped'
      ? { next, effect: `The call is settled. The campaign is ${why}, so the lead is not called.` }
      : { next, effect: `The call is settled, and the lead is finished: ${next.outcome}.` };
  }
  if (campaign.status === 'completed') {
    await changeCampaign(tx, campaign, { status: 'running', finished_at: null, now });
    await appendEvent(tx, { type: 'campaign.reopened', campaignId: campaign.id });
  }
  await noteChange(tx, campaign.id);
  return {
    next,
    effect: `The call is settled, and the lead is called again from ${new Date(next.at).toISOString()} on.`,
  };
}

/** Whoever waits for the call's end, and the campaign that calls the lead again; the sweep notifies whom this does not. */
async function notify(context: Context, { callId, leadId, next, item }: SettledCall): Promise<void> {
  await context.workflows.callEnded(leadId, callId);
  if (next !== null && item.campaign_id !== null) await announceChange(context, item.campaign_id);
}

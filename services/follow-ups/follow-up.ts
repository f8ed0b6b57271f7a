import type { Tx } from '#db/client.ts';
import { type Call, findCall } from '#db/queries/calls.ts';
import { type Campaign, findCampaign } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import {
  type FollowUp,
  findFollowUp,
  lockFollowUp,
  readCollected,
  updatePlanned,
} from '#db/queries/follow-ups.ts';
import { findLead, type Lead } from '#db/queries/leads.ts';
import { lockContact } from '#db/queries/locks.ts';
import { isOptedOut } from '#db/queries/opt-outs.ts';
import { raiseAttention } from '../attention.ts';

/** A follow-up with all that it is about. */
export interface FollowUpCase {
  followUp: FollowUp;
  lead: Lead;
  campaign: Campaign;
  call: Call | null;
  /** What the agent collected in the call, by name. */
  collected: Record<string, unknown>;
  optedOut: boolean;
}

/**
 * Holds the contact and the follow-up until the transaction ends: an opt-out comes wholly before, or after. Null when
 * the lead was erased.
 */
export async function holdFollowUp(tx: Tx, id: string): Promise<FollowUpCase | null> {
  const planned = await findFollowUp(tx, id);
  const person = planned === null ? null : await findLead(tx, planned.lead_id);
  if (person === null) return null;
  await lockContact(tx, person.phone);
  const followUp = await lockFollowUp(tx, id);
  if (followUp === null) return null;
  const { lead_id: leadId, campaign_id: campaignId, call_id: callId } = followUp;
  const lead = await findLead(tx, leadId);
  const campaign = await findCampaign(tx, campaignId);
  if (lead === null || campaign === null) throw new Error('A follow-up has lost its lead or its campaign.');
  const call = callId === null ? null : await findCall(tx, callId);
  const collected = callId === null ? {} : await readCollected(tx, callId);
  return { followUp, lead, campaign, call, collected, optedOut: await isOptedOut(tx, lead.phone) };
}

/** How a follow-up ended. `reason` says why it was skipped or how it failed: no number and no name in it. */
export type FollowUpEnd =
  | { status: 'done'; messageId?: string; deliveryId?: string }
  | { status: 'skipped' | 'failed'; reason: string };

/** Closes a follow-up that is held; one that failed is put before a person. Does nothing when it was closed before. */
export async function closeFollowUp(
  tx: Tx,
  { followUp, end, now }: { followUp: FollowUp; end: FollowUpEnd; now: Date },
): Promise<void> {
  const outcome =
    end.status === 'done'
      ? { message_id: end.messageId ?? followUp.message_id, delivery_id: end.deliveryId ?? null }
      : { reason: end.reason };
  const closed = await updatePlanned(tx, followUp.id, { status: end.status, finished_at: now, ...outcome });
  if (closed === null) return;
  await appendEvent(tx, {
    type: `follow_up.${end.status}`,
    campaignId: closed.campaign_id,
    leadId: closed.lead_id,
    callId: closed.call_id,
    followUpId: closed.id,
    messageId: closed.message_id,
    deliveryId: closed.delivery_id,
    data: { channel: closed.channel, rule: closed.rule_id },
  });
  if (end.status === 'failed') await raiseFailed(tx, closed, end.reason);
}

async function raiseFailed(tx: Tx, followUp: FollowUp, reason: string): Promise<void> {
  await raiseAttention(tx, {
    kind: 'failed_follow_up',
    subject: followUp.id,
    campaignId: followUp.campaign_id,
    leadId: followUp.lead_id,
    detail: `${followUp.rule_id}: ${reason}`,
  });
}

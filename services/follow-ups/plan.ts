import type { Selectable } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendEvent } from '#db/queries/events.ts';
import { insertFollowUps, readCollected } from '#db/queries/follow-ups.ts';
import { findLead } from '#db/queries/leads.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import { matchFollowUps } from '#domain/follow-up.ts';
import { findMeeting, type Meeting } from '#domain/meeting.ts';
import type { CampaignSettings } from '#domain/settings.ts';

type Call = Selectable<CallsTable>;

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
 * Plans what follows an ended call by the campaign's rules, each rule once, whatever becomes known of the call later.
 * Due when the rule's delay after the call's end is over.
 *
 * @returns the ids of what is new; their workflows are started after the commit. The sweep starts those that were missed
 */
export async function planFollowUps(
  tx: Tx,
  { call, settings, now }: { call: Call; settings: Pick<CampaignSettings, 'followUps'>; now: Date },
): Promise<string[]> {
  const { campaign_id: campaignId, lead_id: leadId, reach, disposition, converted } = call;
  if (settings.followUps.length === 0 || campaignId === null || leadId === null || reach === null) return [];
  // Whoever tried the agent in the browser is not the lead.
  if (call.kind === 'browser') return [];
  const lead = await findLead(tx, leadId);
  if (lead === null) return [];
  const meeting = meetingOf(call, await readCollected(tx, call.id), lead.zones) !== null;
  const rules = matchFollowUps(settings.followUps, { reach, disposition, converted, meeting });
  const endedAt = call.ended_at ?? now;
  const planned = await insertFollowUps(
    tx,
    rules.map((rule) => ({
      id: uuid(),
      campaign_id: campaignId,
      lead_id: leadId,
      call_id: call.id,
      rule_id: rule.id,
      channel: rule.channel,
      rule: toJson(rule),
      due_at: new Date(endedAt.getTime() + rule.afterSeconds * 1_000),
    })),
  );
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

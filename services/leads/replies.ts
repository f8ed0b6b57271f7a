import type { Selectable } from 'kysely';
import type { Tx } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import {
  type ContactLead,
  changeLead,
  leadsOfContact,
  lockLeads,
  markRepliesNotified,
  pendingReplies,
} from '#db/queries/leads.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { Context } from '../context.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';

type Call = Selectable<CallsTable>;

/** Those that wait for their next call, and need wait no longer once the person has replied. */
export function waitingLeads(leads: readonly ContactLead[]): string[] {
  return leads
    .filter(({ state }) => state === 'backing_off' || state === 'queued')
    .map(({ leadId }) => leadId);
}

/**
 * A person called us and was answered: all leads with the number count as replied from then on, and a conversion
 * counts for the one that the call is attributed to. Returns the leads whose workflows are to be notified. The
 * contacts behind the call's number must be held (`lockContactsBehind`).
 */
export async function noteCallBack(tx: Tx, call: Call, converted: boolean): Promise<string[]> {
  if (call.lead_id === null) return [];
  const at = call.answered_at ?? call.started_at;
  const behind = call.phone === null ? [] : await leadsOfContact(tx, call.phone);
  const leads = await lockLeads(tx, [call.lead_id, ...behind.map(({ leadId }) => leadId)]);
  const waiting: string[] = [];
  for (const lead of leads) {
    const converts = lead.id === call.lead_id && converted && !lead.converted;
    const isNews = lead.replied_at === null || lead.replied_at < at;
    if (!isNews && !converts) continue;
    await changeLead(tx, lead.id, {
      ...(isNews ? { replied_at: at } : {}),
      ...(converts ? { converted: true } : {}),
      // What a finished lead came to follows its conversion, as with a person's word.
      ...(converts && lead.outcome === 'answered' ? { outcome: 'converted' as const } : {}),
    });
    const subject = { campaignId: lead.campaign_id, leadId: lead.id, callId: call.id };
    if (isNews) await appendEvent(tx, { type: 'lead.replied', ...subject, data: { by: 'call' } });
    if (converts) await appendEvent(tx, { type: 'lead.converted', ...subject, data: { by: 'call' } });
    if (isNews && lead.state !== 'finished') waiting.push(lead.id);
  }
  return waiting;
}

/**
 * Notifies leads that wait that their person called or wrote. Those that could not be reached stay marked, and the
 * sweep notifies them. False when there are any.
 */
export async function notifyReplied(
  { db, workflows, now }: Pick<Context, 'db' | 'workflows' | 'now'>,
  leadIds: readonly string[],
): Promise<boolean> {
  const replies = await Promise.all(
    leadIds.map(async (leadId) => ({ leadId, ...(await workflows.contactReplied(leadId)) })),
  );
  const notified = replies.filter(({ kind }) => kind === 'done' || kind === 'absent');
  await markRepliesNotified(
    db,
    notified.map(({ leadId }) => leadId),
    await now(),
  );
  return notified.length === leadIds.length;
}

const PAGE = 200;

/** Notifies leads that wait of replies of which they were not notified. Returns how many. */
export async function notifyPendingReplies(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  run: PartRun,
): Promise<number> {
  return await run.throughPages(
    {
      pageSize: PAGE,
      name: ({ leadId }: { leadId: string; repliedAt: Date }) => `lead ${leadId}`,
      read: (after) => pendingReplies(db, { before: run.before, after: after?.leadId ?? null, limit: PAGE }),
    },
    async ({ leadId, repliedAt }) => {
      await reached(workflows.contactReplied(leadId));
      await markRepliesNotified(db, [leadId], repliedAt);
      return true;
    },
  );
}

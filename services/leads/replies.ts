import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '#db/client.ts';
import { leadsOfContact } from '#db/queries/contact-leads.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { CallsTable } from '#db/schema/calls.ts';

type Call = Selectable<CallsTable>;

/**
 * A person called us and was answered: all leads with the number count as replied from then on, and a conversion
 * counts for the one that the call is attributed to. Returns the leads whose workflows are to be told. The contacts
 * behind the call's number must be held (`lockContactsBehind`).
 */
export async function noteCallBack(tx: Tx, call: Call, converted: boolean): Promise<string[]> {
  if (call.lead_id === null) return [];
  const at = call.answered_at ?? call.started_at;
  const behind = call.phone === null ? [] : await leadsOfContact(tx, call.phone);
  const ids = [...new Set([call.lead_id, ...behind.map(({ leadId }) => leadId)])].sort();
  const leads = await tx
    .selectFrom('leads')
    .select(['id', 'campaign_id', 'state', 'replied_at', 'converted', 'outcome'])
    .where('id', 'in', ids)
    .orderBy('id')
    .forUpdate()
    .execute();
  const waiting: string[] = [];
  for (const lead of leads) {
    const converts = lead.id === call.lead_id && converted && !lead.converted;
    const isNews = lead.replied_at === null || lead.replied_at < at;
    if (!isNews && !converts) continue;
    await tx
      .updateTable('leads')
      .set({
        ...(isNews ? { replied_at: at } : {}),
        ...(converts ? { converted: true } : {}),
        // What a finished lead came to follows its conversion, as with a person's word.
        ...(converts && lead.outcome === 'answered' ? { outcome: 'converted' as const } : {}),
      })
      .where('id', '=', lead.id)
      .execute();
    const subject = { campaignId: lead.campaign_id, leadId: lead.id, callId: call.id };
    if (isNews) await appendEvent(tx, { type: 'lead.replied', ...subject, data: { by: 'call' } });
    if (converts) await appendEvent(tx, { type: 'lead.converted', ...subject, data: { by: 'call' } });
    if (isNews && lead.state !== 'finished') waiting.push(lead.id);
  }
  return waiting;
}

/** A lead that waits, and whose workflow was not told yet that its person replied. */
export interface UntoldReply {
  leadId: string;
  repliedAt: Date;
}

/** Those whose reply is older than `before`, the oldest first. */
export async function untoldReplies(db: Db, before: Date, limit: number): Promise<UntoldReply[]> {
  const rows = await db
    .selectFrom('leads')
    .select(['id', 'replied_at'])
    .where('replied_at', '<', before)
    .where(sql<boolean>`(reply_told_at is null or reply_told_at < replied_at)`)
    .where('state', 'in', ['queued', 'backing_off'])
    .orderBy('replied_at')
    .limit(limit)
    .execute();
  return rows.flatMap(({ id, replied_at }) =>
    replied_at === null ? [] : [{ leadId: id, repliedAt: replied_at }],
  );
}

/** Their workflows know of every reply up to this instant. */
export async function markRepliesTold(db: Db, leadIds: readonly string[], upTo: Date): Promise<void> {
  if (leadIds.length === 0) return;
  await db
    .updateTable('leads')
    .set({ reply_told_at: upTo })
    .where('id', 'in', [...leadIds])
    .where(sql<boolean>`(reply_told_at is null or reply_told_at < ${upTo})`)
    .execute();
}

import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '#db/client.ts';
import { leadsOfContact } from '#db/queries/contact-leads.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockContact } from '#db/queries/locks.ts';
import type { Message } from '#db/queries/messages.ts';
import type { OptOutsTable } from '#db/schema/gate.ts';

export type OptOut = Selectable<OptOutsTable>;

/** In the order of the numbers; one row more than `limit`, where there is one. `digits`: they are in the number. */
export async function listOptOuts(
  db: Db,
  { digits }: { digits: string | null },
  page: { after: string | null; limit: number },
): Promise<OptOut[]> {
  let query = db.selectFrom('opt_outs').selectAll();
  if (digits !== null) query = query.where('phone', 'like', `%${digits}%`);
  if (page.after !== null) query = query.where('phone', '>', page.after);
  return await query
    .orderBy('phone')
    .limit(page.limit + 1)
    .execute();
}

/** Whether a number is on the list; final for as long as its contact is held. */
export async function isOptedOut(db: Db | Tx, phone: string): Promise<boolean> {
  const found = await db.selectFrom('opt_outs').select('phone').where('phone', '=', phone).executeTakeFirst();
  return found !== undefined;
}

/**
 * Adds a number with its contact held: a gate that decides about it at the same time is either done with its
 * intent, or sees the opt-out. Its time is the database's clock under that lock, not the transaction's start.
 * `created` is false when it was there already; the first reason stands. What is new is in the log, with the lead
 * that it came about by, else the one contacted last.
 */
export async function addOptOut(
  tx: Tx,
  optOut: { phone: string; reason: string; source: OptOut['source'] },
  about?: OptOutOccasion,
): Promise<{ optOut: OptOut; created: boolean }> {
  await lockContact(tx, optOut.phone);
  const inserted = await tx
    .insertInto('opt_outs')
    .values({
      phone: optOut.phone,
      reason: optOut.reason,
      source: optOut.source,
      created_at: sql<Date>`clock_timestamp()`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (inserted !== undefined) {
    const occasion = about ?? (await latestLead(tx, optOut.phone));
    await appendEvent(tx, { type: 'contact.opted_out', ...occasion, data: { source: optOut.source } });
    return { optOut: inserted, created: true };
  }
  const existing = await tx
    .selectFrom('opt_outs')
    .selectAll()
    .where('phone', '=', optOut.phone)
    .executeTakeFirstOrThrow();
  return { optOut: existing, created: false };
}

/** What an opt-out came about by. */
interface OptOutOccasion {
  campaignId: string | null;
  leadId: string | null;
  callId?: string;
  messageId?: string;
}

async function latestLead(tx: Tx, phone: string): Promise<OptOutOccasion> {
  const [lead] = await leadsOfContact(tx, phone);
  return { campaignId: lead?.campaignId ?? null, leadId: lead?.leadId ?? null };
}

/** Adds a number for what a text brought to light. False when it was on the list already. */
export async function addTextOptOut(
  tx: Tx,
  { phone, reason }: { phone: string; reason: string },
  about: { campaignId: string | null; leadId: string | null; messageId: string },
): Promise<boolean> {
  const { created } = await addOptOut(tx, { phone, reason, source: 'message' }, about);
  return created;
}

/** The same, when the carrier refuses a text because the person sent STOP to it and we did not hear of that. */
export async function addCarrierOptOut(
  tx: Tx,
  { id, phone, campaign_id: campaignId, lead_id: leadId }: Message,
): Promise<boolean> {
  const reason = 'The carrier refused a text: the person has sent STOP.';
  return await addTextOptOut(tx, { phone, reason }, { campaignId, leadId, messageId: id });
}

/** Takes a number off the list, and says so in the log. False when it was not on it. */
export async function removeOptOut(tx: Tx, phone: string): Promise<boolean> {
  await lockContact(tx, phone);
  const removed = await tx.deleteFrom('opt_outs').where('phone', '=', phone).executeTakeFirst();
  if (removed.numDeletedRows === 0n) return false;
  await appendEvent(tx, { type: 'contact.opted_in', ...(await latestLead(tx, phone)) });
  return true;
}

/** Open leads of a number, or of one that it is known to belong to, that have a workflow, in every campaign. */
export async function startedLeads(db: Db, phone: string): Promise<string[]> {
  const leads = await db
    .selectFrom('leads')
    .select('id')
    .where((where) =>
      where.or([
        where('phone', '=', phone),
        where('phone', '=', sql<string>`(select contact_phone from contact_aliases where phone = ${phone})`),
        where('id', '=', sql<string>`(select lead_id from contact_aliases where phone = ${phone})`),
      ]),
    )
    .where('state', 'in', ['queued', 'calling', 'backing_off'])
    .execute();
  return leads.map(({ id }) => id);
}

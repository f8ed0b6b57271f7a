import { sql } from 'kysely';
import type { Tx } from '../client.ts';

/**
 * Rows are locked in this order everywhere, so that transactions never wait for each other in a circle:
 * contact, campaign, lead, call, workspace.
 */

/**
 * Makes sure that the contact exists and holds it: every decision about a phone number passes here. A withheld
 * number is nobody's.
 */
export async function lockContact(tx: Tx, phone: string | null): Promise<void> {
  if (phone === null || (await holdContact(tx, phone))) return;
  // Somebody else may insert it at the same time: the insert waits for them, and the row is there to be held.
  await tx
    .insertInto('contacts')
    .values({ phone })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await holdContact(tx, phone);
}

/** As `lockContact` for several, in one order for everybody. */
export async function lockContacts(tx: Tx, phones: readonly (string | null)[]): Promise<void> {
  const wanted = [...new Set(phones.filter((phone) => phone !== null))].sort();
  if (wanted.length === 0) return;
  const held = await tx
    .selectFrom('contacts')
    .select('phone')
    .where('phone', 'in', wanted)
    .orderBy('phone')
    .forUpdate()
    .execute();
  const known = new Set(held.map(({ phone }) => phone));
  for (const phone of wanted) if (!known.has(phone)) await lockContact(tx, phone);
}

/**
 * As `lockContacts`, and with them the contacts that the numbers are known to belong to: whoever touches the leads
 * behind a number that came to us holds all of them from the start, so that two who come by different numbers of one
 * person do not wait for each other. What is learnt of a number between the reading and the locking is not held.
 */
export async function lockContactsBehind(tx: Tx, phones: readonly (string | null)[]): Promise<void> {
  const wanted = phones.filter((phone) => phone !== null);
  if (wanted.length > 0) await lockContacts(tx, [...wanted, ...(await contactsBehind(tx, wanted))]);
}

/** Contacts that these numbers belong to, by what a person said: as it was said, and as the lead has it. */
async function contactsBehind(tx: Tx, phones: readonly string[]): Promise<string[]> {
  const rows = await tx
    .selectFrom('contact_aliases')
    .leftJoin('leads', 'leads.id', 'contact_aliases.lead_id')
    .select(['contact_aliases.contact_phone', 'leads.phone'])
    .where('contact_aliases.phone', 'in', phones)
    .execute();
  return rows.flatMap(({ contact_phone, phone }) =>
    phone === null ? [contact_phone] : [contact_phone, phone],
  );
}

/** False when there is no such contact. */
async function holdContact(tx: Tx, phone: string): Promise<boolean> {
  const held = await tx
    .selectFrom('contacts')
    .select('phone')
    .where('phone', '=', phone)
    .forUpdate()
    .executeTakeFirst();
  return held !== undefined;
}

/**
 * Holds conversations that may not have a row yet. A webhook that looks for its call and a dial that records
 * its conversation exclude each other, so that one of them sees the other.
 */
export async function lockConversations(tx: Tx, conversationIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(conversationIds)].sort();
  if (wanted.length === 0) return;
  await sql`select pg_advisory_xact_lock(hashtextextended(id, 0)) from unnest(${wanted}::text[]) as id`.execute(
    tx,
  );
}

/** As `lockConversations`, for one. */
export async function lockConversation(tx: Tx, conversationId: string): Promise<void> {
  await lockConversations(tx, [conversationId]);
}

/** Holds a walk over the provider's list, which may have no row yet: two beginnings of one make one. */
export async function lockWalk(tx: Tx, workflowId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`walk/${workflowId}`}, 0))`.execute(tx);
}

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

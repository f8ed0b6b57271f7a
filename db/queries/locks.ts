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
  if (phone === null) return;
  await tx
    .insertInto('contacts')
    .values({ phone })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await tx.selectFrom('contacts').select('phone').where('phone', '=', phone).forUpdate().execute();
}

/**
 * Holds a conversation that may not have a row yet. A webhook that looks for its call and a dial that records
 * its conversation exclude each other, so that one of them sees the other.
 */
export async function lockConversation(tx: Tx, conversationId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${conversationId}, 0))`.execute(tx);
}

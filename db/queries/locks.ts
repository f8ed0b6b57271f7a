import { type Selectable, sql } from 'kysely';
import type { Tx } from '../client.ts';
import type { CallsTable } from '../schema/calls.ts';
import type { LeadsTable } from '../schema/leads.ts';

/**
 * Rows are locked in this order everywhere, so that transactions never wait for each other in a circle:
 * contact, campaign, lead, call, workspace.
 */

/**
 * Makes sure that the contact exists and locks it: every decision about a phone number takes this lock. Null is a
 * withheld number, which belongs to nobody.
 */
export async function lockContact(tx: Tx, phone: string | null): Promise<void> {
  if (phone === null || (await lockExisting(tx, phone))) return;
  // Another transaction may insert it at the same time: the insert waits for that one, and then the row can be locked.
  await tx
    .insertInto('contacts')
    .values({ phone })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await lockExisting(tx, phone);
}

/** As `lockContact` for several, in one order for everybody. */
export async function lockContacts(tx: Tx, phones: readonly (string | null)[]): Promise<void> {
  const wanted = [...new Set(phones.filter((phone) => phone !== null))].sort();
  if (wanted.length === 0) return;
  const locked = await tx
    .selectFrom('contacts')
    .select('phone')
    .where('phone', 'in', wanted)
    .orderBy('phone')
    .forUpdate()
    .execute();
  const known = new Set(locked.map(({ phone }) => phone));
  for (const phone of wanted) if (!known.has(phone)) await lockContact(tx, phone);
}

/**
 * As `lockContacts`, and with them the contacts that the numbers are aliases of. Whoever updates the leads behind a
 * number locks all of these first, so that two who come by different numbers of one person do not wait for each other.
 * An alias that is added between the reading and the locking is not covered.
 */
export async function lockContactsBehind(tx: Tx, phones: readonly (string | null)[]): Promise<void> {
  const wanted = phones.filter((phone) => phone !== null);
  if (wanted.length > 0) await lockContacts(tx, [...wanted, ...(await contactsBehind(tx, wanted))]);
}

/** The contacts that these numbers are aliases of: as it was entered, and as the lead has it now. */
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
async function lockExisting(tx: Tx, phone: string): Promise<boolean> {
  const locked = await tx
    .selectFrom('contacts')
    .select('phone')
    .where('phone', '=', phone)
    .forUpdate()
    .executeTakeFirst();
  return locked !== undefined;
}

type CallRow = Selectable<CallsTable>;

/** Locks a call that exists, after its contact. */
export async function lockCall(tx: Tx, { id, phone }: Pick<CallRow, 'id' | 'phone'>): Promise<CallRow> {
  await lockContact(tx, phone);
  return await tx.selectFrom('calls').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/** Locks a call after its contact and its lead. Null when there is no such call. */
export async function lockCallAndLead(
  tx: Tx,
  id: string,
): Promise<{ call: CallRow; lead: Selectable<LeadsTable> | null } | null> {
  const found = await tx
    .selectFrom('calls')
    .select(['phone', 'lead_id'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (found === undefined) return null;
  await lockContact(tx, found.phone);
  const lead =
    found.lead_id === null
      ? null
      : await tx
          .selectFrom('leads')
          .selectAll()
          .where('id', '=', found.lead_id)
          .forUpdate()
          .executeTakeFirstOrThrow();
  const call = await tx
    .selectFrom('calls')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return { call, lead };
}

/**
 * Locks conversations that may not have a row yet. A webhook that looks for its call and a dial that records its
 * conversation exclude each other, so that one of them sees the other.
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

/** Locks a walk over the provider's list, which may have no row yet: two that begin at once become one. */
export async function lockWalk(tx: Tx, workflowId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`walk/${workflowId}`}, 0))`.execute(tx);
}

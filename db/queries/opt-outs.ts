import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../client.ts';
import type { OptOutsTable } from '../schema/gate.ts';
import { lockContact } from './locks.ts';

export type OptOut = Selectable<OptOutsTable>;

/** In the order of the numbers; one row more than `limit`, where there is one. */
export async function listOptOuts(db: Db, page: { after: string | null; limit: number }): Promise<OptOut[]> {
  let query = db.selectFrom('opt_outs').selectAll();
  if (page.after !== null) query = query.where('phone', '>', page.after);
  return await query
    .orderBy('phone')
    .limit(page.limit + 1)
    .execute();
}

/**
 * Adds a number with its contact held: a gate that decides about it at the same time is either done with its
 * intent, or sees the opt-out. Its time is the database's clock under that lock, not the transaction's start.
 * `created` is false when it was there already; the first reason stands.
 */
export async function addOptOut(
  tx: Tx,
  optOut: { phone: string; reason: string; source: OptOut['source'] },
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
  if (inserted !== undefined) return { optOut: inserted, created: true };
  const existing = await tx
    .selectFrom('opt_outs')
    .selectAll()
    .where('phone', '=', optOut.phone)
    .executeTakeFirstOrThrow();
  return { optOut: existing, created: false };
}

/** False when the number was not on the list. */
export async function removeOptOut(tx: Tx, phone: string): Promise<boolean> {
  await lockContact(tx, phone);
  const removed = await tx.deleteFrom('opt_outs').where('phone', '=', phone).executeTakeFirst();
  return removed.numDeletedRows > 0n;
}

/** Open leads of a number that have a workflow, in every campaign. */
export async function startedLeads(db: Db, phone: string): Promise<string[]> {
  const leads = await db
    .selectFrom('leads')
    .select('id')
    .where('phone', '=', phone)
    .where('state', 'in', ['queued', 'calling', 'backing_off'])
    .execute();
  return leads.map(({ id }) => id);
}

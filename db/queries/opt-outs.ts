import { type Selectable, sql } from 'kysely';
import { STARTED_LEAD_STATES } from '#domain/lead.ts';
import type { OptOutSource } from '#domain/opt-out.ts';
import type { Db, Tx } from '../client.ts';
import type { OptOutsTable } from '../schema/gate.ts';

export type OptOut = Selectable<OptOutsTable>;

/** By number; one row more than `limit`, where there is one. `digits`: part of the number. */
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

export async function readOptOut(tx: Tx, phone: string): Promise<OptOut> {
  return await tx.selectFrom('opt_outs').selectAll().where('phone', '=', phone).executeTakeFirstOrThrow();
}

/** Null when the number is on the list already. Its time is the database's clock now, not the transaction's start. */
export async function insertOptOut(tx: Tx, optOut: Omit<OptOut, 'created_at'>): Promise<OptOut | null> {
  const inserted = await tx
    .insertInto('opt_outs')
    .values({ ...optOut, created_at: sql<Date>`clock_timestamp()` })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  return inserted ?? null;
}

/**
 * Calls to a number that are in flight, or may be: one that ended as unknown may still be live until its deadline. Final
 * for as long as the contact is held.
 */
export async function callsInFlightTo(tx: Tx, phone: string): Promise<string[]> {
  const calls = await tx
    .selectFrom('calls')
    .select('id')
    .where('phone', '=', phone)
    .where('direction', '=', 'outbound')
    .where((where) =>
      where.or([
        where('status', '!=', 'ended'),
        where.and([where('reach', '=', 'unknown'), where('deadline_at', '>', sql<Date>`clock_timestamp()`)]),
      ]),
    )
    .orderBy('id')
    .execute();
  return calls.map(({ id }) => id);
}

/** Whether an opt-out ends the calls that it finds in flight. */
export async function hangsUpOnOptOut(db: Db | Tx): Promise<boolean> {
  const { hang_up_on_opt_out: hangsUp } = await db
    .selectFrom('workspace')
    .select('hang_up_on_opt_out')
    .executeTakeFirstOrThrow();
  return hangsUp;
}

/** Those of one source, or of any. True when there were some. */
export async function deleteOptOuts(
  tx: Tx,
  phones: readonly string[],
  { source }: { source?: OptOutSource } = {},
): Promise<boolean> {
  let query = tx.deleteFrom('opt_outs').where('phone', 'in', [...phones]);
  if (source !== undefined) query = query.where('source', '=', source);
  const { numDeletedRows } = await query.executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Leads of a number, or of the number that it is known to belong to, that have a workflow; in every campaign. */
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
    .where('state', 'in', STARTED_LEAD_STATES)
    .execute();
  return leads.map(({ id }) => id);
}

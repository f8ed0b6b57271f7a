import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Db, Tx } from '../client.ts';
import type { FollowUpsTable } from '../schema/messages.ts';

export type FollowUp = Selectable<FollowUpsTable>;

/** Returns those that were new: a call has each rule's follow-up once. */
export async function insertFollowUps(tx: Tx, rows: Insertable<FollowUpsTable>[]): Promise<FollowUp[]> {
  if (rows.length === 0) return [];
  return await tx
    .insertInto('follow_ups')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['call_id', 'rule_id']).doNothing())
    .returningAll()
    .execute();
}

/** Null when there is none. */
export async function findFollowUp(db: Db | Tx, id: string): Promise<FollowUp | null> {
  return (await db.selectFrom('follow_ups').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Holds it until the transaction ends; its contact must be held already. Null when there is none. */
export async function lockFollowUp(tx: Tx, id: string): Promise<FollowUp | null> {
  const held = await tx
    .selectFrom('follow_ups')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return held ?? null;
}

/** Changes one that is still planned. Null when it is not. */
export async function updatePlanned(
  tx: Tx,
  id: string,
  change: Updateable<FollowUpsTable>,
): Promise<FollowUp | null> {
  const updated = await tx
    .updateTable('follow_ups')
    .set(change)
    .where('id', '=', id)
    .where('status', '=', 'planned')
    .returningAll()
    .executeTakeFirst();
  return updated ?? null;
}

/** The ids of what follows a call and is still planned. */
export async function pendingFollowUps(db: Db | Tx, callId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('follow_ups')
    .select('id')
    .where('call_id', '=', callId)
    .where('status', '=', 'planned')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** What was due before an instant and is still planned, in the order in which it was due. */
export async function overdueFollowUps(
  db: Db,
  before: Date,
  page: { after: { dueAt: Date; id: string } | null; limit: number },
): Promise<Pick<FollowUp, 'id' | 'due_at'>[]> {
  let query = db
    .selectFrom('follow_ups')
    .select(['id', 'due_at'])
    .where('status', '=', 'planned')
    .where('due_at', '<', before);
  if (page.after !== null) {
    const { dueAt, id } = page.after;
    query = query.where((where) =>
      where.or([where('due_at', '>', dueAt), where.and([where('due_at', '=', dueAt), where('id', '>', id)])]),
    );
  }
  return await query.orderBy('due_at').orderBy('id').limit(page.limit).execute();
}

/** A lead's follow-ups in the order in which they were planned; one row more than `limit`, where there is one. */
export async function listFollowUps(
  db: Db,
  leadId: string,
  page: { after: string | null; limit: number },
): Promise<FollowUp[]> {
  let query = db.selectFrom('follow_ups').selectAll().where('lead_id', '=', leadId);
  if (page.after !== null) query = query.where('id', '>', page.after);
  return await query
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
}

/** What the agent collected in a call, by name. */
export async function readCollected(db: Db | Tx, callId: string): Promise<Record<string, unknown>> {
  const details = await db
    .selectFrom('call_details')
    .select('analysis')
    .where('call_id', '=', callId)
    .executeTakeFirst();
  return (details?.analysis?.dataCollection as Record<string, unknown> | undefined) ?? {};
}

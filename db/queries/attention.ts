import { type Selectable, sql } from 'kysely';
import type { AttentionKind } from '#domain/attention.ts';
import type { Db, Tx } from '../client.ts';
import type { CallsTable } from '../schema/calls.ts';
import type { AttentionTable } from '../schema/gate.ts';

export type Attention = Selectable<AttentionTable>;

/** Adds a row, unless an open one has the same kind and subject. */
export async function insertAttention(
  tx: Tx,
  row: Pick<Attention, 'kind' | 'subject' | 'campaign_id' | 'lead_id' | 'detail'>,
): Promise<void> {
  await tx
    .insertInto('attention')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['kind', 'subject']).where('settled_at', 'is', null).doNothing(),
    )
    .execute();
}

/** Closes the open row of a kind and subject, if there is one. */
export async function closeAttention(
  tx: Tx,
  { kind, subject, settlement }: { kind: AttentionKind; subject: string; settlement: string },
): Promise<void> {
  await tx
    .updateTable('attention')
    .set({ settled_at: sql<Date>`now()`, settlement })
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('settled_at', 'is', null)
    .execute();
}

/** Null when there is none. */
export async function findAttention(db: Db, id: number): Promise<Attention | null> {
  return (await db.selectFrom('attention').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Holds a row that exists, until the transaction ends. */
export async function lockAttention(tx: Tx, id: number): Promise<Attention> {
  return await tx
    .selectFrom('attention')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

/** Closes a row because a person says so, and whatever else is open about the same call. Returns the row. */
export async function closeAttentionByHand(
  tx: Tx,
  { id, subject, settlement, by }: { id: number; subject: string; settlement: string; by: string },
): Promise<Attention> {
  const closed = await tx
    .updateTable('attention')
    .set({ settled_at: sql<Date>`now()`, settlement, settled_by: by })
    .where('subject', '=', subject)
    .where('kind', 'in', ['unknown_call', 'unended_call'])
    .where('settled_at', 'is', null)
    .returningAll()
    .execute();
  const row = closed.find((each) => each.id === id);
  if (row === undefined) throw new Error('The row that was locked is not open.');
  return row;
}

/** An open row, and the call that it is about, where it is about one. */
export type AttentionItem = Attention & {
  call: Pick<Selectable<CallsTable>, 'status' | 'held_because'> | null;
};

/** The open rows, newest first; one row more than `limit`, where there is one. */
export async function listAttention(
  db: Db,
  page: { before: number | null; limit: number },
): Promise<AttentionItem[]> {
  let query = db
    .selectFrom('attention')
    .leftJoin('calls', 'calls.id', 'attention.subject')
    .selectAll('attention')
    .select(['calls.status', 'calls.held_because'])
    .where('settled_at', 'is', null);
  if (page.before !== null) query = query.where('attention.id', '<', page.before);
  const rows = await query
    .orderBy('attention.id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return rows.map(({ status, held_because, ...row }) => ({
    ...row,
    call: status === null ? null : { status, held_because },
  }));
}

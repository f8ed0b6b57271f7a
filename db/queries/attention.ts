import { type Selectable, sql } from 'kysely';
import type { AttentionKind } from '#domain/attention.ts';
import type { Db, Tx } from '../client.ts';
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

/** The open rows, newest first; one row more than `limit`, where there is one. */
export async function listAttention(
  db: Db,
  page: { before: number | null; limit: number },
): Promise<Attention[]> {
  let query = db.selectFrom('attention').selectAll().where('settled_at', 'is', null);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

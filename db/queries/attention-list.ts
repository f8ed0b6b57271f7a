import type { Selectable } from 'kysely';
import type { Db } from '../client.ts';
import type { AttentionTable } from '../schema/gate.ts';

export type Attention = Selectable<AttentionTable>;

/** What needs a person and is not settled, newest first; one row more than `limit`, where there is one. */
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

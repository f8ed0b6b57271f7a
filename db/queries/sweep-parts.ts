import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../client.ts';
import type { SweepPartsTable } from '../schema/workspace.ts';

export type FailingPart = Selectable<SweepPartsTable>;

/** Counts another failure of a part, and returns since when it has been failing. */
export async function countPartFailure(
  tx: Tx,
  { part, reason, now }: { part: string; reason: string; now: Date },
): Promise<FailingPart> {
  return await tx
    .insertInto('sweep_parts')
    .values({ part, reason, failing_since: now })
    .onConflict((conflict) =>
      conflict.column('part').doUpdateSet({ reason, failures: sql`sweep_parts.failures + 1` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Forgets the failures of all parts but these. Returns the names of those that have recovered. */
export async function clearPartFailures(db: Db | Tx, failing: readonly string[]): Promise<string[]> {
  let cleared = db.deleteFrom('sweep_parts');
  if (failing.length > 0) cleared = cleared.where('part', 'not in', failing);
  const rows = await cleared.returning('part').execute();
  return rows.map(({ part }) => part);
}

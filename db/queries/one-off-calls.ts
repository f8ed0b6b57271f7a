import { type Insertable, type Selectable, sql } from 'kysely';
import { DEFAULT_ONE_OFF_CALL_SETTINGS, type OneOffCallSettings } from '#domain/one-off-call.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { SingleCallsTable } from '../schema/single-calls.ts';

/** The request for a one-off call. */
export type OneOffCallRow = Selectable<SingleCallsTable>;

export async function insertOneOffCall(tx: Tx, row: Insertable<SingleCallsTable>): Promise<void> {
  await tx.insertInto('single_calls').values(row).execute();
}

/** What a one-off call was asked for with. @throws Error when there is no such call */
export async function readOneOffCall(db: Db, callId: string): Promise<OneOffCallRow> {
  return await db
    .selectFrom('single_calls')
    .selectAll()
    .where('call_id', '=', callId)
    .executeTakeFirstOrThrow();
}

/** Marks that somebody dials it now. False when that was marked before. The call must be locked. */
export async function markDialBegun(tx: Tx, callId: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('single_calls')
    .set({ dial_begun_at: now })
    .where('call_id', '=', callId)
    .where('dial_begun_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** One-off calls that began before this instant and are not concluded, in the order of their ids. */
export async function openOneOffCalls(
  db: Db,
  { before, after, limit }: { before: Date; after: string | null; limit: number },
): Promise<{ id: string }[]> {
  let query = db
    .selectFrom('calls')
    .select('id')
    .where('concluded_at', 'is', null)
    .where('campaign_id', 'is', null)
    .where('attempt', 'is not', null)
    .where('started_at', '<', before);
  if (after !== null) query = query.where('id', '>', after);
  return await query.orderBy('id').limit(limit).execute();
}

/** The rules in force. */
export async function readOneOffCallSettings(db: Db): Promise<OneOffCallSettings> {
  const row = await db.selectFrom('workspace').select('single_call_settings').executeTakeFirstOrThrow();
  return { ...DEFAULT_ONE_OFF_CALL_SETTINGS, ...row.single_call_settings };
}

/** Sets these rules; the others stay as they were set, or by default. */
export async function setOneOffCallSettings(tx: Tx, change: Partial<OneOffCallSettings>): Promise<void> {
  await tx
    .updateTable('workspace')
    .set({
      single_call_settings: sql<string>`coalesce(single_call_settings, '{}'::jsonb) || ${toJson(change)}::jsonb`,
    })
    .execute();
}

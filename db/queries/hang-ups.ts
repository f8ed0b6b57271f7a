import { sql } from 'kysely';
import type { HangUpReason } from '#domain/call.ts';
import type { Db, Tx } from '../client.ts';
import type { CallRow } from './calls.ts';

/** Marks those of these calls that are under way and not marked yet. */
export async function markHangUps(
  tx: Tx,
  callIds: readonly string[],
  reason: HangUpReason,
): Promise<CallRow[]> {
  if (callIds.length === 0) return [];
  return await tx
    .updateTable('calls')
    .set({
      hang_up_requested_at: sql<Date>`now()`,
      hang_up_reason: reason,
      hang_up_next_at: sql<Date>`now()`,
    })
    .where('id', 'in', [...callIds])
    .where('status', '!=', 'ended')
    .where('hang_up_requested_at', 'is', null)
    .returningAll()
    .execute();
}

/**
 * Counts a try at a call that is marked, and puts the next one off. Null when it is over, or no longer tried. A call
 * that no provider has named yet is put off without being counted.
 */
export async function takeHangUpTry(
  db: Db,
  callId: string,
  nextAt: (tries: number) => Date,
): Promise<CallRow | null> {
  const found = await db
    .selectFrom('calls')
    .select(['hang_up_tries', 'conversation_id', 'call_sid'])
    .where('id', '=', callId)
    .executeTakeFirst();
  if (found === undefined) return null;
  const isNamed = found.conversation_id !== null || found.call_sid !== null;
  const tries = found.hang_up_tries + (isNamed ? 1 : 0);
  const taken = await db
    .updateTable('calls')
    .set({ hang_up_tries: tries, hang_up_next_at: nextAt(Math.max(1, tries)) })
    .where('id', '=', callId)
    .where('status', '!=', 'ended')
    .where('hang_up_next_at', 'is not', null)
    .returningAll()
    .executeTakeFirst();
  return taken === undefined || !isNamed ? null : taken;
}

/** Tries it no more. Null when it is over, or no longer tried. */
export async function forgetHangUp(db: Db | Tx, callId: string): Promise<CallRow | null> {
  const call = await db
    .updateTable('calls')
    .set({ hang_up_next_at: null })
    .where('id', '=', callId)
    .where('status', '!=', 'ended')
    .where('hang_up_next_at', 'is not', null)
    .returningAll()
    .executeTakeFirst();
  return call ?? null;
}

/** Calls to a number that are marked and still tried. */
export async function hangUpsTo(db: Db, phone: string): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .select('id')
    .where('phone', '=', phone)
    .where('status', '!=', 'ended')
    .where('hang_up_next_at', 'is not', null)
    .execute();
  return rows.map(({ id }) => id);
}

/** Calls whose next try is due, those that wait longest first. */
export async function hangUpsDue(db: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .select('id')
    .where('hang_up_next_at', '<=', now)
    .where('status', '!=', 'ended')
    .orderBy('hang_up_next_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

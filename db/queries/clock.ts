import { sql } from 'kysely';
import type { Db, Tx } from '../client.ts';

/** The database's clock at this moment, also within a transaction. */
export async function readClock(db: Db | Tx): Promise<Date> {
  const { now } = await db.selectNoFrom(sql<Date>`clock_timestamp()`.as('now')).executeTakeFirstOrThrow();
  return now;
}

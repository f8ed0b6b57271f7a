import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { collectEvents, writeEvents } from './queries/events.ts';
import type { Database, Db, Tx } from './schema/database.ts';

export type { Db, Tx };

const INT8 = 20;
const DATE = 1082;
const NUMERIC = 1700;

/**
 * Opens a pool. 64-bit integers and numerics come as numbers (all of ours stay below 2^53), dates as the text
 * YYYY-MM-DD, because a date has no zone.
 */
export function openDatabase(url: string, options: { maxConnections?: number } = {}): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    options: '-c timezone=UTC -c statement_timeout=60000 -c idle_in_transaction_session_timeout=60000',
    types: {
      getTypeParser: (oid, format) => {
        if (oid === INT8 || oid === NUMERIC) return Number;
        if (oid === DATE) return String;
        return pg.types.getTypeParser(oid, format as 'text');
      },
    },
  });
  // A connection lost while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  // Nor does the pool listen to one that is lent: lost between two statements, it would end the process as well.
  pool.on('connect', (client) => client.on('error', () => {}));
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

const RETRIED_CODES = new Set(['40001', '40P01']);

/** Runs a transaction, its events written last; a deadlock or serialisation failure is tried again, a few times. */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(async (tx) => {
        collectEvents(tx);
        const result = await work(tx);
        await writeEvents(tx);
        return result;
      });
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (attempt >= 5 || code === undefined || !RETRIED_CODES.has(code)) throw error;
    }
  }
}

/** Whether the database could not be asked at all: Node's connection failures, and PostgreSQL's classes 08 (connection), 53 (resources) and 57P (shutdown), 25006 (read-only). */
export function isUnreachable(error: Error): boolean {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|08|53|57P|25006)/.test(code);
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message);
}

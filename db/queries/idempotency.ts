import { sql } from 'kysely';
import type { Db } from '../client.ts';
import { toJson } from '../json.ts';

interface Key {
  key: string;
  actor: string;
  route: string;
}

/**
 * `claimed`: the caller does the work. `running`: someone else is at it. `done`: its answer. `requestHash` is
 * empty while a body that is streamed has not been read to its end.
 */
export type Claim =
  | { kind: 'claimed' }
  | { kind: 'running'; requestHash: string }
  | { kind: 'done'; requestHash: string; status: number; response: unknown };

/** Longer than a request may take: a key still running after it belongs to a process that died. */
const LONGEST_REQUEST_MS = 5 * 60_000;
const LONGEST_STREAM_MS = 2 * 3_600_000;

/** Claims a key for one request. Answers are kept until the sweep forgets them. */
export async function claimKey(db: Db, use: Key & { requestHash: string; now: Date }): Promise<Claim> {
  const { key, actor, route, requestHash, now } = use;
  const before = (ms: number) => new Date(now.getTime() - ms);
  await db
    .deleteFrom('idempotency_keys')
    .where('status', 'is', null)
    .where('created_at', '<', before(LONGEST_REQUEST_MS))
    .where((where) =>
      where.or([where('request_hash', '!=', ''), where('created_at', '<', before(LONGEST_STREAM_MS))]),
    )
    .execute();
  const inserted = await db
    .insertInto('idempotency_keys')
    .values({ key, actor, route, request_hash: requestHash, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  if (inserted !== undefined) return { kind: 'claimed' };
  const first = await byKey(db, use);
  // Released between the two statements: the next attempt of the caller will claim it.
  if (first === undefined) return { kind: 'running', requestHash };
  if (first.status === null) return { kind: 'running', requestHash: first.request_hash };
  return { kind: 'done', requestHash: first.request_hash, status: first.status, response: first.response };
}

async function byKey(db: Db, { key, actor, route }: Key) {
  return await db
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'status', 'response'])
    .where('actor', '=', actor)
    .where('route', '=', route)
    .where('key', '=', key)
    .executeTakeFirst();
}

/** Keeps the answer for repetitions. */
export async function keepAnswer(
  db: Db,
  use: Key & { requestHash: string; status: number; response: unknown },
): Promise<void> {
  await db
    .updateTable('idempotency_keys')
    .set({ status: use.status, response: toJson(use.response), request_hash: use.requestHash })
    .where('actor', '=', use.actor)
    .where('route', '=', use.route)
    .where('key', '=', use.key)
    .execute();
}

/** Frees a key whose request made nothing. */
export async function releaseKey(db: Db, { key, actor, route }: Key): Promise<void> {
  await db
    .deleteFrom('idempotency_keys')
    .where('actor', '=', actor)
    .where('route', '=', route)
    .where('key', '=', key)
    .where('status', 'is', null)
    .execute();
}

/** Forgets keys that were first used before an instant: a repetition of theirs is a new request. Returns how many. */
export async function forgetKeys(db: Db, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from idempotency_keys where ctid = any(array(
      select ctid from idempotency_keys where created_at < ${before} limit ${limit}
    )) returning 1`.execute(db);
  return rows.length;
}

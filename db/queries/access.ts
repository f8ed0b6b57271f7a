import type { Selectable } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Actor, ApiRole } from '#domain/access.ts';
import type { Db, Tx } from '../client.ts';
import type { ApiKeysTable } from '../schema/access.ts';

export type ApiKey = Selectable<ApiKeysTable>;

/** The owner of the key with this SHA-256, or null when there is none or it was revoked. */
export async function findActor(db: Db, keyHash: string): Promise<Actor | null> {
  const actor = await db
    .selectFrom('api_keys')
    .select(['id', 'role'])
    .where('key_hash', '=', keyHash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return actor ?? null;
}

/** Those of these keys, by id, that were not revoked. */
export async function keysInForce(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const keys = await db
    .selectFrom('api_keys')
    .select('id')
    .where('id', 'in', [...ids])
    .where('revoked_at', 'is', null)
    .execute();
  return new Set(keys.map(({ id }) => id));
}

/** @throws NoResultError when there is no such key */
export async function readKeyName(db: Db | Tx, id: string): Promise<string> {
  const { name } = await db
    .selectFrom('api_keys')
    .select('name')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return name;
}

/** The keys in force, newest first; one row more than `limit`, where there is one. */
export async function listKeys(db: Db, page: { before: string | null; limit: number }): Promise<ApiKey[]> {
  let query = db.selectFrom('api_keys').selectAll().where('revoked_at', 'is', null);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

export async function insertKey(
  tx: Tx,
  key: { name: string; role: ApiRole; keyHash: string; now: Date },
): Promise<ApiKey> {
  return await tx
    .insertInto('api_keys')
    .values({ id: uuid(), name: key.name, role: key.role, key_hash: key.keyHash, created_at: key.now })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Inserts an admin's key, or puts the one with this hash in force again. */
export async function upsertAdminKey(
  tx: Tx,
  { name, keyHash, now }: { name: string; keyHash: string; now: Date },
): Promise<void> {
  await tx
    .insertInto('api_keys')
    .values({ id: uuid(), name, role: 'admin', key_hash: keyHash, created_at: now })
    .onConflict((conflict) => conflict.column('key_hash').doUpdateSet({ revoked_at: null, role: 'admin' }))
    .execute();
}

/** Holds a key in force together with every admin's, so that two who revoke each other's key wait for one another. */
export async function lockKeyAndAdmins(tx: Tx, id: string): Promise<Pick<ApiKey, 'id' | 'name' | 'role'>[]> {
  return await tx
    .selectFrom('api_keys')
    .select(['id', 'name', 'role'])
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('id', '=', id), where('role', '=', 'admin')]))
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** Revokes a key, and ends the sessions that stand on it. */
export async function markKeyRevoked(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.updateTable('api_keys').set({ revoked_at: now }).where('id', '=', id).execute();
  await tx.deleteFrom('browser_sessions').where('key_id', '=', id).execute();
}

/** Revokes the keys of this name but the one with this hash. */
export async function revokeOthersOfName(
  tx: Tx,
  { name, keyHash, now }: { name: string; keyHash: string; now: Date },
): Promise<void> {
  await tx
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('name', '=', name)
    .where('key_hash', '!=', keyHash)
    .where('revoked_at', 'is', null)
    .execute();
}

export interface StoredSession {
  actor: Actor;
  createdAt: Date;
  expiresAt: Date;
}

/** The session of this token hash; null when it has ended, or its key was revoked. */
export async function findSession(db: Db, tokenHash: string, now: Date): Promise<StoredSession | null> {
  const session = await db
    .selectFrom('browser_sessions as session')
    .innerJoin('api_keys as key', 'key.id', 'session.key_id')
    .select(['key.id', 'key.role', 'session.created_at', 'session.expires_at'])
    .where('session.token_hash', '=', tokenHash)
    .where('session.expires_at', '>', now)
    .where('key.revoked_at', 'is', null)
    .executeTakeFirst();
  if (session === undefined) return null;
  const { id, role, created_at: createdAt, expires_at: expiresAt } = session;
  return { actor: { id, role }, createdAt, expiresAt };
}

export async function insertSession(
  db: Db,
  session: { tokenHash: string; keyId: string; createdAt: Date; expiresAt: Date },
): Promise<void> {
  await db
    .insertInto('browser_sessions')
    .values({
      token_hash: session.tokenHash,
      key_id: session.keyId,
      created_at: session.createdAt,
      expires_at: session.expiresAt,
    })
    .execute();
}

/** Moves a session's end, unless another request has moved it meanwhile: false then. */
export async function extendSession(
  db: Db,
  { tokenHash, from, to }: { tokenHash: string; from: Date; to: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('browser_sessions')
    .set({ expires_at: to })
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '=', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Those of these sessions, by token hash, that have not ended. */
export async function sessionsInForce(
  db: Db,
  tokenHashes: readonly string[],
  now: Date,
): Promise<Set<string>> {
  const sessions = await db
    .selectFrom('browser_sessions')
    .select('token_hash')
    .where('token_hash', 'in', [...tokenHashes])
    .where('expires_at', '>', now)
    .execute();
  return new Set(sessions.map(({ token_hash }) => token_hash));
}

export async function deleteSession(db: Db, tokenHash: string): Promise<void> {
  await db.deleteFrom('browser_sessions').where('token_hash', '=', tokenHash).execute();
}

export async function deleteEndedSessions(db: Db, now: Date): Promise<void> {
  await db.deleteFrom('browser_sessions').where('expires_at', '<', now).execute();
}

import type { Selectable } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { ApiRole } from '#domain/access.ts';
import { type Db, inTransaction, type Tx } from '../client.ts';
import type { ApiKeysTable } from '../schema/access.ts';

export type ApiKey = Selectable<ApiKeysTable>;

/** Who makes a request. */
export interface Actor {
  /** The API key's id. */
  id: string;
  role: ApiRole;
}

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

/** The name of the key that the variable holds; no other may have it. */
export const SEEDED_NAME = 'RINGLEADER_API_KEY';

/**
 * Makes the configured key an admin's. The variable is the authority: a key that it held before is revoked, so
 * that changing the variable takes the old key out of use.
 */
export async function seedAdminKey(db: Db, keyHash: string, now: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx
      .updateTable('api_keys')
      .set({ revoked_at: now })
      .where('name', '=', SEEDED_NAME)
      .where('key_hash', '!=', keyHash)
      .where('revoked_at', 'is', null)
      .execute();
    await tx
      .insertInto('api_keys')
      .values({ id: uuid(), name: SEEDED_NAME, role: 'admin', key_hash: keyHash, created_at: now })
      .onConflict((conflict) => conflict.column('key_hash').doUpdateSet({ revoked_at: null, role: 'admin' }))
      .execute();
  });
}

/** @throws NoResultError when there is no such key */
export async function readKeyName(db: Db, id: string): Promise<string> {
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

/** What came of taking a key out of use. */
type Revocation = { kind: 'revoked'; role: ApiRole } | { kind: 'absent' | 'seeded' | 'last_admin' };

/**
 * Takes a key out of use, and with it the sessions that stand on it. The variable's key comes back at the next start,
 * and without an admin nobody could make a key: neither is taken.
 */
export async function revokeKey(tx: Tx, id: string, now: Date): Promise<Revocation> {
  // All admins' keys are held, so that two who revoke each other's do not leave none.
  const keys = await tx
    .selectFrom('api_keys')
    .select(['id', 'name', 'role'])
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('id', '=', id), where('role', '=', 'admin')]))
    .orderBy('id')
    .forUpdate()
    .execute();
  const key = keys.find((one) => one.id === id);
  if (key === undefined) return { kind: 'absent' };
  if (key.name === SEEDED_NAME) return { kind: 'seeded' };
  const isLastAdmin = key.role === 'admin' && keys.every((one) => one.id === id || one.role !== 'admin');
  if (isLastAdmin) return { kind: 'last_admin' };
  await tx.updateTable('api_keys').set({ revoked_at: now }).where('id', '=', id).execute();
  await tx.deleteFrom('browser_sessions').where('key_id', '=', id).execute();
  return { kind: 'revoked', role: key.role };
}

import { v7 as uuid } from 'uuid';
import { type Db, inTransaction } from '../client.ts';
import type { ApiRole } from '../schema/access.ts';

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

const SEEDED_NAME = 'RINGLEADER_API_KEY';

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

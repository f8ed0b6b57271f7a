import { createHash, randomBytes } from 'node:crypto';
import { type Db, inTransaction } from '#db/client.ts';
import {
  type ApiKey,
  insertKey,
  lockKeyAndAdmins,
  markKeyRevoked,
  revokeOthersOfName,
  upsertAdminKey,
} from '#db/queries/access.ts';
import { appendAudit } from '#db/queries/audit.ts';
import type { Actor, ApiRole } from '#domain/access.ts';
import type { Context } from '../context.ts';
import { notFound, wrongState } from '../errors.ts';

/** The name of the key that the variable holds; no other may have it. */
export const SEEDED_NAME = 'RINGLEADER_API_KEY';

/** The form in which a key or a session's token is stored. Both are long and random, so a fast hash is enough. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Creates a key. The key itself is returned here and never again: only its hash is stored. */
export async function createKey(
  context: Context,
  { name, role, actor }: { name: string; role: ApiRole; actor: Actor },
): Promise<{ row: ApiKey; key: string }> {
  const key = `rl_${randomBytes(32).toString('base64url')}`;
  const now = await context.now();
  const row = await inTransaction(context.db, async (tx) => {
    const inserted = await insertKey(tx, { name, role, keyHash: hashApiKey(key), now });
    await appendAudit(tx, { actor, action: 'key.created', subject: inserted.id, data: { role } });
    return inserted;
  });
  return { row, key };
}

/**
 * Revokes a key, and ends the sessions that stand on it. The variable's key would come back at the next start, and
 * without an admin nobody could create a key: neither is revoked.
 *
 * @throws ServiceError not-found or wrong-state
 */
export async function revokeKey(
  context: Context,
  { id, actor }: { id: string; actor: Actor },
): Promise<void> {
  const now = await context.now();
  await inTransaction(context.db, async (tx) => {
    const keys = await lockKeyAndAdmins(tx, id);
    const key = keys.find((one) => one.id === id);
    if (key === undefined) throw notFound('key');
    if (key.name === SEEDED_NAME) {
      throw wrongState('The variable RINGLEADER_API_KEY holds this key: change it there.');
    }
    const isLastAdmin = key.role === 'admin' && keys.every((one) => one.id === id || one.role !== 'admin');
    if (isLastAdmin) throw wrongState("It is the last admin's key: without it nobody could make another.");
    await markKeyRevoked(tx, id, now);
    await appendAudit(tx, { actor, action: 'key.revoked', subject: id, data: { role: key.role } });
  });
}

/**
 * Makes the configured key an admin's. The variable is the authority: a key that it held before is revoked, so
 * that changing the variable takes the old key out of use.
 */
export async function seedAdminKey(db: Db, keyHash: string, now: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    await revokeOthersOfName(tx, { name: SEEDED_NAME, keyHash, now });
    await upsertAdminKey(tx, { name: SEEDED_NAME, keyHash, now });
  });
}

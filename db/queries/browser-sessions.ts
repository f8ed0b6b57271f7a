import type { Db } from '../client.ts';
import type { Actor } from './api-keys.ts';

/** How long a session lasts without being used; use makes it last so long again. */
const IDLE_MS = 12 * 3_600_000;
/** The time of a session's end is moved in steps of this, so that not every request writes. */
const STEP_MS = 600_000;

/** Opens a session for the owner of a key. Sessions that have ended are cleared away with it. */
export async function openSession(
  db: Db,
  session: { tokenHash: string; keyId: string; now: Date },
): Promise<{ expiresAt: Date }> {
  const expiresAt = new Date(session.now.getTime() + IDLE_MS);
  await db.deleteFrom('browser_sessions').where('expires_at', '<', session.now).execute();
  await db
    .insertInto('browser_sessions')
    .values({
      token_hash: session.tokenHash,
      key_id: session.keyId,
      created_at: session.now,
      expires_at: expiresAt,
    })
    .execute();
  return { expiresAt };
}

/** Who the session of this token hash acts for; null when it has ended, or its key was revoked. */
export async function findSessionActor(db: Db, tokenHash: string, now: Date): Promise<Actor | null> {
  const session = await db
    .selectFrom('browser_sessions as session')
    .innerJoin('api_keys as key', 'key.id', 'session.key_id')
    .select(['key.id', 'key.role', 'session.expires_at'])
    .where('session.token_hash', '=', tokenHash)
    .where('session.expires_at', '>', now)
    .where('key.revoked_at', 'is', null)
    .executeTakeFirst();
  if (session === undefined) return null;
  const expiresAt = new Date(now.getTime() + IDLE_MS);
  if (expiresAt.getTime() - session.expires_at.getTime() > STEP_MS) {
    await db
      .updateTable('browser_sessions')
      .set({ expires_at: expiresAt })
      .where('token_hash', '=', tokenHash)
      .execute();
  }
  return { id: session.id, role: session.role };
}

export async function closeSession(db: Db, tokenHash: string): Promise<void> {
  await db.deleteFrom('browser_sessions').where('token_hash', '=', tokenHash).execute();
}

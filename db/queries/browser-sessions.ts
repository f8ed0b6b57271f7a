import type { Db } from '../client.ts';
import type { Actor } from './api-keys.ts';

/** How long a session lasts without being used; use makes it last so long again. */
const IDLE_MS = 12 * 3_600_000;
/** The time of a session's end is moved in steps of this, so that not every request writes. */
const STEP_MS = 600_000;
/** However much it is used, a session ends so long after it began. */
export const LONGEST_SESSION_MS = 90 * 86_400_000;
/** With the first use on each day of a session, counted from its beginning, the browser is given its cookie anew. */
const COOKIE_EVERY_MS = 86_400_000;

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

export interface FoundSession {
  /** Whom it acts for. */
  actor: Actor;
  /** Where the browser is to be given the cookie anew: how long the session can last yet, in milliseconds. */
  keepCookieFor: number | null;
}

/** The session of this token hash; null when it has ended, or its key was revoked. To be found is to be used. */
export async function findSession(db: Db, tokenHash: string, now: Date): Promise<FoundSession | null> {
  const session = await db
    .selectFrom('browser_sessions as session')
    .innerJoin('api_keys as key', 'key.id', 'session.key_id')
    .select(['key.id', 'key.role', 'session.created_at', 'session.expires_at'])
    .where('session.token_hash', '=', tokenHash)
    .where('session.expires_at', '>', now)
    .where('key.revoked_at', 'is', null)
    .executeTakeFirst();
  if (session === undefined) return null;
  const actor = { id: session.id, role: session.role };
  const began = session.created_at.getTime();
  const expiresAt = new Date(Math.min(now.getTime() + IDLE_MS, began + LONGEST_SESSION_MS));
  if (expiresAt.getTime() - session.expires_at.getTime() <= STEP_MS) return { actor, keepCookieFor: null };
  const { numUpdatedRows } = await db
    .updateTable('browser_sessions')
    .set({ expires_at: expiresAt })
    .where('token_hash', '=', tokenHash)
    // Of several requests at once, one moves it.
    .where('expires_at', '=', session.expires_at)
    .executeTakeFirst();
  const dayOf = (time: number) => Math.floor((time - began) / COOKIE_EVERY_MS);
  const isNewDay = dayOf(now.getTime()) > dayOf(session.expires_at.getTime() - IDLE_MS);
  const isRenewed = isNewDay && numUpdatedRows > 0n;
  return { actor, keepCookieFor: isRenewed ? began + LONGEST_SESSION_MS - now.getTime() : null };
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

export async function closeSession(db: Db, tokenHash: string): Promise<void> {
  await db.deleteFrom('browser_sessions').where('token_hash', '=', tokenHash).execute();
}

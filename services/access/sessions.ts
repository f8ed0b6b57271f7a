import { randomBytes } from 'node:crypto';
import {
  deleteEndedSessions,
  deleteSession,
  extendSession,
  findActor,
  findSession,
  insertSession,
} from '#db/queries/access.ts';
import type { Actor } from '#domain/access.ts';
import type { Context } from '../context.ts';
import { ServiceError } from '../errors.ts';
import { hashApiKey } from './keys.ts';

/** How long a session lasts without being used; use makes it last so long again. */
const IDLE_MS = 12 * 3_600_000;
/** The end of a session is moved in steps of this, so that not every request writes. */
const STEP_MS = 600_000;
/** However much it is used, a session ends so long after it began. */
const LONGEST_SESSION_MS = 90 * 86_400_000;
/** With the first use on each day of a session, counted from its beginning, the browser gets its cookie again. */
const COOKIE_EVERY_MS = 86_400_000;

type SessionContext = Pick<Context, 'db' | 'now'>;

export interface OpenedSession {
  /** What the browser keeps; only its hash is stored. */
  token: string;
  actor: Actor;
  expiresAt: Date;
  /** How long the session can last at most, in milliseconds. */
  lastsMs: number;
}

/** Opens a session of the dashboard for the owner of a key. @throws ServiceError unauthorized */
export async function signIn({ db, now }: SessionContext, { key }: { key: string }): Promise<OpenedSession> {
  const actor = await findActor(db, hashApiKey(key));
  if (actor === null) throw new ServiceError('unauthorized', 'This key is not known, or was revoked.');
  const createdAt = await now();
  const expiresAt = new Date(createdAt.getTime() + IDLE_MS);
  const token = randomBytes(32).toString('base64url');
  await deleteEndedSessions(db, createdAt);
  await insertSession(db, { tokenHash: hashApiKey(token), keyId: actor.id, createdAt, expiresAt });
  return { token, actor, expiresAt, lastsMs: LONGEST_SESSION_MS };
}

export async function signOut({ db }: SessionContext, { token }: { token: string }): Promise<void> {
  await deleteSession(db, hashApiKey(token));
}

export interface UsedSession {
  /** Whom it acts for. */
  actor: Actor;
  tokenHash: string;
  /** Where the browser is to get the cookie again: how long the session can still last, in milliseconds. */
  renewCookieForMs: number | null;
}

/** The session of a token, which this use prolongs; null when it has ended, or its key was revoked. */
export async function resumeSession(
  { db, now }: SessionContext,
  { token }: { token: string },
): Promise<UsedSession | null> {
  const tokenHash = hashApiKey(token);
  const at = await now();
  const session = await findSession(db, tokenHash, at);
  if (session === null) return null;
  const { actor } = session;
  const began = session.createdAt.getTime();
  const to = new Date(Math.min(at.getTime() + IDLE_MS, began + LONGEST_SESSION_MS));
  if (to.getTime() - session.expiresAt.getTime() <= STEP_MS) {
    return { actor, tokenHash, renewCookieForMs: null };
  }
  // Of several requests at once, one moves it.
  const moved = await extendSession(db, { tokenHash, from: session.expiresAt, to });
  const dayOf = (time: number) => Math.floor((time - began) / COOKIE_EVERY_MS);
  const isNewDay = dayOf(at.getTime()) > dayOf(session.expiresAt.getTime() - IDLE_MS);
  const renewCookieForMs = isNewDay && moved ? began + LONGEST_SESSION_MS - at.getTime() : null;
  return { actor, tokenHash, renewCookieForMs };
}

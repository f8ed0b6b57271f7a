import type { Context, MiddlewareHandler } from 'hono';
import { findActor } from '#db/queries/access.ts';
import type { Actor, ApiRole } from '#domain/access.ts';
import { hashApiKey } from '#services/access/keys.ts';
import { resumeSession, type UsedSession } from '#services/access/sessions.ts';
import type { ApiContext, ApiEnv } from '../context.ts';
import { Problem } from './errors.ts';
import { sessionToken, setSessionCookie } from './session-cookie.ts';

const rank: Record<ApiRole, number> = { viewer: 0, operator: 1, admin: 2 };

type AuthContext = Pick<ApiContext, 'db' | 'config' | 'now'>;

/** Finds out who asks, by `Authorization: Bearer <key>` or a dashboard's session. Answers 401 otherwise. */
export function authenticate(context: AuthContext): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const found = await whoAsks(c, context);
    if (found === null) {
      throw new Problem('unauthorized', 'Send a valid key as "Authorization: Bearer <key>".', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    }
    c.set('actor', found.actor);
    if (found.session === undefined) return await next();
    const { token, tokenHash, renewCookieForMs } = found.session;
    c.set('sessionHash', tokenHash);
    await next();
    if (renewCookieForMs !== null) setSessionCookie(c, context, { token, lastsMs: renewCookieForMs });
  };
}

interface Asker {
  actor: Actor;
  session?: { token: string } & Pick<UsedSession, 'tokenHash' | 'renewCookieForMs'>;
}

async function whoAsks(c: Context<ApiEnv>, context: AuthContext): Promise<Asker | null> {
  const header = c.req.header('authorization');
  if (header !== undefined) {
    const key = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header)?.[1];
    const actor = key === undefined ? null : await findActor(context.db, hashApiKey(key));
    return actor && { actor };
  }
  const token = sessionToken(c, context);
  if (token === null) return null;
  const used = await resumeSession(context, { token });
  return used && { actor: used.actor, session: { token, ...used } };
}

function requireRole(role: ApiRole): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const actor = c.get('actor');
    if (rank[actor.role] < rank[role]) {
      throw new Problem('forbidden', `This needs the role ${role}; the key has ${actor.role}.`);
    }
    await next();
  };
}

/** Who may use a route, for its definition: the check itself, and what the OpenAPI document says of it. */
export function access(role: ApiRole) {
  return { security: [{ key: [] }], middleware: [requireRole(role)], 'x-role': role };
}

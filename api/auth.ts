import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { type Actor, findActor } from '../db/queries/api-keys.ts';
import { findSessionActor } from '../db/queries/browser-sessions.ts';
import type { ApiRole } from '../db/schema/access.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { Problem } from './errors.ts';
import { sessionToken } from './session-cookie.ts';

const rank: Record<ApiRole, number> = { viewer: 0, operator: 1, admin: 2 };

/** The form in which a key or a session's token is stored. Both are long and random, so a fast hash is enough. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

type AuthDeps = Pick<ApiDeps, 'db' | 'config' | 'clock'>;

/** Finds out who asks, by `Authorization: Bearer <key>` or a dashboard's session. Answers 401 otherwise. */
export function authenticate(deps: AuthDeps): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const actor = await whoAsks(c, deps);
    if (actor === null) {
      throw new Problem('unauthorized', 'Send a valid key as "Authorization: Bearer <key>".', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    }
    c.set('actor', actor);
    await next();
  };
}

async function whoAsks(c: Context<ApiEnv>, deps: AuthDeps): Promise<Actor | null> {
  const header = c.req.header('authorization');
  if (header !== undefined) {
    const key = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header)?.[1];
    return key === undefined ? null : await findActor(deps.db, hashApiKey(key));
  }
  const token = sessionToken(c, deps);
  return token === null ? null : await findSessionActor(deps.db, hashApiKey(token), deps.clock());
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

import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { findActor } from '../db/queries/api-keys.ts';
import type { ApiRole } from '../db/schema/access.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { Problem } from './errors.ts';

const rank: Record<ApiRole, number> = { viewer: 0, operator: 1, admin: 2 };

/** The form in which a key is stored. Keys are long and random, so a fast hash is enough. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Finds out who asks, by `Authorization: Bearer <key>`. Answers 401 otherwise. */
export function authenticate({ db }: Pick<ApiDeps, 'db'>): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const match = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(c.req.header('authorization') ?? '');
    const actor = match?.[1] === undefined ? null : await findActor(db, hashApiKey(match[1]));
    if (actor === null) {
      throw new Problem('unauthorized', 'Send a valid key as "Authorization: Bearer <key>".', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    }
    c.set('actor', actor);
    await next();
  };
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

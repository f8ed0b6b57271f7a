import { randomBytes } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { insertKey } from '#db/queries/api-keys.ts';
import { appendAudit } from '#db/queries/audit.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access, hashApiKey } from '../../http/auth.ts';
import { ApiKeyCreate, ApiKeyCreated, toApiKey } from '../../schemas/access.ts';
import { bodyProblems, json } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'post',
  path: '/api/keys',
  operationId: 'createKey',
  tags: ['access'],
  summary: 'Make an API key; the answer shows it, and nothing else ever does',
  ...access('admin'),
  request: { body: { required: true, content: { 'application/json': { schema: ApiKeyCreate } } } },
  responses: { 201: json('The key', ApiKeyCreated), ...bodyProblems },
});

export function createKeyRoute(app: Api, { db, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { name, role } = c.req.valid('json');
    const key = `rl_${randomBytes(32).toString('base64url')}`;
    const row = await inTransaction(db, async (tx) => {
      const inserted = await insertKey(tx, { name, role, keyHash: hashApiKey(key), now: await now() });
      const data = { role };
      await appendAudit(tx, { actor: c.get('actor'), action: 'key.created', subject: inserted.id, data });
      return inserted;
    });
    // Only the hash is ever stored.
    c.set('answerToKeep', { ...toApiKey(row), key: null });
    return c.json({ ...toApiKey(row), key }, 201);
  });
}

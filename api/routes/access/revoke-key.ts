import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { revokeKey } from '#db/queries/api-keys.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { idParam } from '../../schemas/common.ts';
import { keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'delete',
  path: '/api/keys/{id}',
  operationId: 'revokeKey',
  tags: ['access'],
  summary: 'Take an API key out of use, and end the sessions of the dashboard that stand on it',
  ...access('admin'),
  request: { params: idParam },
  responses: { 204: { description: 'Out of use' }, ...keyProblems, ...problems(404, 409, 422) },
});

export function revokeKeyRoute(app: Api, { db, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    await inTransaction(db, async (tx) => {
      const revocation = await revokeKey(tx, id, await now());
      switch (revocation.kind) {
        case 'absent':
          throw notFound('key');
        case 'seeded':
          throw new Problem(
            'wrong-state',
            'The variable RINGLEADER_API_KEY holds this key: change it there.',
          );
        case 'last_admin':
          throw new Problem(
            'wrong-state',
            "It is the last admin's key: without it nobody could make another.",
          );
        case 'revoked': {
          const data = { role: revocation.role };
          await appendAudit(tx, { actor: c.get('actor'), action: 'key.revoked', subject: id, data });
        }
      }
    });
    return c.body(null, 204);
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { notFound } from '#services/errors.ts';
import { removeOptOut } from '#services/opt-outs/opt-outs.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { phone } from '../../schemas/opt-out.ts';
import { keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'delete',
  path: '/api/opt-outs/{phone}',
  operationId: 'removeOptOut',
  tags: ['opt-outs'],
  summary: 'Take a number off the list; only an admin may, since it can be called again',
  ...access('admin'),
  request: { params: z.object({ phone: phone.openapi({ param: { name: 'phone', in: 'path' } }) }) },
  responses: { 204: { description: 'Removed' }, ...keyProblems, ...problems(404, 422) },
});

export function removeOptOutRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { phone } = c.req.valid('param');
    await inTransaction(db, async (tx) => {
      if (!(await removeOptOut(tx, phone))) throw notFound('opt-out');
      await appendAudit(tx, { actor: c.get('actor'), action: 'opt-out.removed', subject: phone });
    });
    return c.body(null, 204);
  });
}

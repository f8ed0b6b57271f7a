import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { tellOptedOut } from '#services/opt-outs/notify.ts';
import { addOptOut } from '#services/opt-outs/opt-outs.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { OptOut, OptOutAdd, toOptOut } from '../../schemas/opt-out.ts';
import { bodyProblems, json } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'post',
  path: '/api/opt-outs',
  operationId: 'addOptOut',
  tags: ['opt-outs'],
  summary: 'Add a number that must not be called; no call to it is placed once this has answered',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: OptOutAdd } } } },
  responses: {
    200: json('It was on the list already', OptOut),
    201: json('Added', OptOut),
    ...bodyProblems,
  },
});

export function addOptOutRoute(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { phone, reason = 'Added by hand.' } = c.req.valid('json');
    const { optOut, created } = await inTransaction(context.db, async (tx) => {
      const result = await addOptOut(tx, { phone, reason, source: 'api' });
      if (result.created)
        await appendAudit(tx, { actor: c.get('actor'), action: 'opt-out.added', subject: phone });
      return result;
    });
    if (created) await tellOptedOut(context, phone);
    return created ? c.json(toOptOut(optOut), 201) : c.json(toOptOut(optOut), 200);
  });
}

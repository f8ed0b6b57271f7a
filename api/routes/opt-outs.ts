import { createRoute, z } from '@hono/zod-openapi';
import { listOptOuts } from '#db/queries/opt-outs.ts';
import { addOptOutByHand, removeOptOut } from '#services/opt-outs/opt-outs.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import { pageQuery, searchText } from '../schemas/common.ts';
import { OptOutAdd, OptOutAdded, OptOutPage, phone, toOptOut, toOptOutAdded } from '../schemas/opt-out.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';

const query = z.object({
  q: searchText.openapi({ description: 'Part of a number; its spaces and signs do not matter' }),
  ...pageQuery,
});

const listOptOutsRoute = createRoute({
  method: 'get',
  path: '/api/opt-outs',
  operationId: 'listOptOuts',
  tags: ['opt-outs'],
  summary: 'List the numbers that must not be called, by number',
  ...access('viewer'),
  request: { query },
  responses: { 200: json('A page', OptOutPage), ...keyProblems, ...problems(422) },
});

const addOptOutRoute = createRoute({
  method: 'post',
  path: '/api/opt-outs',
  operationId: 'addOptOut',
  tags: ['opt-outs'],
  summary: 'Add a number that must not be called; no call to it is placed once this has answered',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: OptOutAdd } } } },
  responses: {
    200: json('It was on the list already', OptOutAdded),
    201: json('Added', OptOutAdded),
    ...bodyProblems,
  },
});

const removeOptOutRoute = createRoute({
  method: 'delete',
  path: '/api/opt-outs/{phone}',
  operationId: 'removeOptOut',
  tags: ['opt-outs'],
  summary: 'Take a number off the list; only an admin may, since it can be called again',
  ...access('admin'),
  request: { params: z.object({ phone: phone.openapi({ param: { name: 'phone', in: 'path' } }) }) },
  responses: { 204: { description: 'Removed' }, ...keyProblems, ...problems(404, 422) },
});

export function registerOptOuts(app: Api, context: ApiContext): void {
  app.openapi(listOptOutsRoute, async (c) => {
    const { q, cursor, limit } = c.req.valid('query');
    const [after = null] = decodeCursor(cursor, [/^\+\d{1,15}$/]) ?? [];
    const digits = q === undefined ? null : q.replaceAll(/\D/g, '');
    // What has no digit is in no number.
    const rows = digits === '' ? [] : await listOptOuts(context.db, { digits }, { after, limit });
    return c.json(
      toPage(rows, limit, (row) => [row.phone], toOptOut),
      200,
    );
  });

  app.openapi(addOptOutRoute, async (c) => {
    const { phone: number, reason = 'Added by hand.' } = c.req.valid('json');
    const actor = c.get('actor');
    const added = await addOptOutByHand(context, { phone: number, reason, actor });
    return added.created ? c.json(toOptOutAdded(added), 201) : c.json(toOptOutAdded(added), 200);
  });

  app.openapi(removeOptOutRoute, async (c) => {
    await removeOptOut(context, { phone: c.req.valid('param').phone, actor: c.get('actor') });
    return c.body(null, 204);
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { listOptOuts } from '../../../db/queries/opt-outs.ts';
import { access } from '../../auth.ts';
import { decodeCursor, toPage } from '../../cursor.ts';
import type { Api, ApiDeps } from '../../deps.ts';
import { pageQuery } from '../../schemas/common.ts';
import { OptOutPage, toOptOut } from '../../schemas/opt-out.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/opt-outs',
  tags: ['opt-outs'],
  summary: 'List the numbers that must not be called, by number',
  ...access('viewer'),
  request: { query: z.object(pageQuery) },
  responses: { 200: json('A page', OptOutPage), ...keyProblems, ...problems(422) },
});

export function listOptOutsRoute(app: Api, { db }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    const [after = null] = decodeCursor(cursor, [/^\+\d{1,15}$/]) ?? [];
    const rows = await listOptOuts(db, { after, limit });
    return c.json(
      toPage(rows, limit, ({ phone }) => [phone], toOptOut),
      200,
    );
  });
}

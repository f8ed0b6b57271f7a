import { createRoute, z } from '@hono/zod-openapi';
import { listOptOuts } from '#services/opt-outs/opt-outs.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { pageQuery, searchText } from '../../schemas/common.ts';
import { OptOutPage, toOptOut } from '../../schemas/opt-out.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const query = z.object({
  q: searchText.openapi({ description: 'Part of a number; its spaces and signs do not matter' }),
  ...pageQuery,
});

const route = createRoute({
  method: 'get',
  path: '/api/opt-outs',
  operationId: 'listOptOuts',
  tags: ['opt-outs'],
  summary: 'List the numbers that must not be called, by number',
  ...access('viewer'),
  request: { query },
  responses: { 200: json('A page', OptOutPage), ...keyProblems, ...problems(422) },
});

export function listOptOutsRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { q, cursor, limit } = c.req.valid('query');
    const [after = null] = decodeCursor(cursor, [/^\+\d{1,15}$/]) ?? [];
    const digits = q === undefined ? null : q.replaceAll(/\D/g, '');
    // What has no digit is in no number.
    const rows = digits === '' ? [] : await listOptOuts(db, { digits }, { after, limit });
    return c.json(
      toPage(rows, limit, ({ phone }) => [phone], toOptOut),
      200,
    );
  });
}

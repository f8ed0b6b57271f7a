import { createRoute, z } from '@hono/zod-openapi';
import { listKeys } from '#db/queries/api-keys.ts';
import { UUID } from '#domain/ids.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { ApiKeyPage, toApiKey } from '../../schemas/access.ts';
import { pageQuery } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/keys',
  operationId: 'listKeys',
  tags: ['access'],
  summary: 'List the API keys in force by name, newest first; the keys themselves are not kept',
  ...access('admin'),
  request: { query: z.object(pageQuery) },
  responses: { 200: json('A page', ApiKeyPage), ...keyProblems, ...problems(422) },
});

export function listKeysRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [UUID]) ?? [];
    const rows = await listKeys(db, { before, limit });
    return c.json(
      toPage(rows, limit, ({ id }) => [id], toApiKey),
      200,
    );
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { searchLeads } from '#db/queries/lead-search.ts';
import { UUID } from '#domain/ids.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { pageQuery, text } from '../../schemas/common.ts';
import { FoundLeadPage, toFoundLead } from '../../schemas/lead.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const query = z.object({
  q: text(200).openapi({
    description:
      'Part of a name, e-mail address or number; its beginning, with fewer than three letters or digits',
  }),
  ...pageQuery,
});

const route = createRoute({
  method: 'get',
  path: '/api/leads',
  operationId: 'searchLeads',
  tags: ['leads'],
  summary: 'Find leads of every campaign, the one added last first',
  ...access('viewer'),
  request: { query },
  responses: { 200: json('A page', FoundLeadPage), ...keyProblems, ...problems(422) },
});

export function searchLeadsRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { q, cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [UUID]) ?? [];
    const rows = await searchLeads(db, q, { before, limit });
    return c.json(
      toPage(rows, limit, ({ id }) => [id], toFoundLead),
      200,
    );
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { findCampaign } from '../../../db/queries/campaigns.ts';
import { listLeads } from '../../../db/queries/leads.ts';
import { access } from '../../auth.ts';
import { decodeCursor, toPage } from '../../cursor.ts';
import type { Api, ApiDeps } from '../../deps.ts';
import { notFound } from '../../errors.ts';
import { idParam, pageQuery, searchText, UUID } from '../../schemas/common.ts';
import { LeadPage, LeadState, Reach, toLead } from '../../schemas/lead.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const query = z.object({
  state: LeadState.optional(),
  reach: Reach.optional().openapi({ description: 'Of the last call' }),
  q: searchText.openapi({ description: 'Part of a name, e-mail address or number' }),
  ...pageQuery,
});

const route = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}/leads',
  tags: ['leads'],
  summary: "List a campaign's leads, in the order in which they were added",
  ...access('viewer'),
  request: { params: idParam, query },
  responses: { 200: json('A page', LeadPage), ...keyProblems, ...problems(404, 422) },
});

export function listLeadsRoute(app: Api, { db }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { cursor, limit, ...filter } = c.req.valid('query');
    const [after = null] = decodeCursor(cursor, [UUID]) ?? [];
    if ((await findCampaign(db, id)) === null) throw notFound('campaign');
    const rows = await listLeads(db, id, filter, { after, limit });
    return c.json(
      toPage(rows, limit, (row) => [row.id], toLead),
      200,
    );
  });
}

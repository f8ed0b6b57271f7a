import { createRoute, z } from '@hono/zod-openapi';
import { findCampaign } from '#db/queries/campaigns.ts';
import { listLeads } from '#db/queries/leads.ts';
import { HOLD_RULES } from '#domain/gate.ts';
import { UUID } from '#domain/ids.ts';
import { LEAD_OUTCOMES } from '#domain/lead.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { idParam, pageQuery, searchText, wordList } from '../../schemas/common.ts';
import { LeadPage, toLead } from '../../schemas/lead.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { LeadState, Reach } from '../../schemas/words.ts';

const MANY = 'Several with commas between.';

const query = z.object({
  state: LeadState.optional(),
  reach: Reach.optional().openapi({ description: 'Of the last call' }),
  hold: wordList([...HOLD_RULES, 'none'])
    .optional()
    .openapi({
      description: `What holds a lead with calls to come, as the progress counts it; none: it may be called now. ${MANY}`,
    }),
  outcome: wordList(LEAD_OUTCOMES)
    .optional()
    .openapi({ description: `Of a finished lead. ${MANY}` }),
  q: searchText.openapi({
    description:
      'Part of a name, e-mail address or number; its beginning, with fewer than three letters or digits',
  }),
  ...pageQuery,
});

const route = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}/leads',
  operationId: 'listLeads',
  tags: ['leads'],
  summary: "List a campaign's leads, in the order in which they were added",
  ...access('viewer'),
  request: { params: idParam, query },
  responses: { 200: json('A page', LeadPage), ...keyProblems, ...problems(404, 422) },
});

export function listLeadsRoute(app: Api, { db, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { cursor, limit, hold, ...filter } = c.req.valid('query');
    const held = hold && { by: hold, now: await now() };
    const [after = null] = decodeCursor(cursor, [UUID]) ?? [];
    if ((await findCampaign(db, id)) === null) throw notFound('campaign');
    const rows = await listLeads(db, id, { ...filter, hold: held }, { after, limit });
    return c.json(
      toPage(rows, limit, (row) => [row.id], toLead),
      200,
    );
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { listFollowUps } from '#db/queries/follow-ups.ts';
import { findLead } from '#db/queries/leads.ts';
import { UUID } from '#domain/ids.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { idParam, pageQuery } from '../../schemas/common.ts';
import { FollowUpPage, toFollowUp } from '../../schemas/follow-ups.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/leads/{id}/follow-ups',
  operationId: 'listLeadFollowUps',
  tags: ['leads'],
  summary: "List what follows a lead's calls, in the order in which it was planned",
  ...access('viewer'),
  request: { params: idParam, query: z.object(pageQuery) },
  responses: { 200: json('A page', FollowUpPage), ...keyProblems, ...problems(404, 422) },
});

export function listLeadFollowUps(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { cursor, limit } = c.req.valid('query');
    const [after = null] = decodeCursor(cursor, [UUID]) ?? [];
    if ((await findLead(db, id)) === null) throw notFound('lead');
    const rows = await listFollowUps(db, id, { after, limit });
    return c.json(
      toPage(rows, limit, (row) => [row.id], toFollowUp),
      200,
    );
  });
}

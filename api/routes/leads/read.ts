import { createRoute } from '@hono/zod-openapi';
import { findLead } from '#db/queries/leads.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam } from '../../schemas/common.ts';
import { Lead, toLead } from '../../schemas/lead.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/leads/{id}',
  operationId: 'readLead',
  tags: ['leads'],
  summary: 'Read a lead',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The lead', Lead), ...keyProblems, ...problems(404, 422) },
});

export function readLead(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const lead = await findLead(db, c.req.valid('param').id);
    if (lead === null) throw notFound('lead');
    return c.json(toLead(lead), 200);
  });
}

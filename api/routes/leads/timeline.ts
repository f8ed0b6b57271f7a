import { createRoute, z } from '@hono/zod-openapi';
import { findLead } from '#db/queries/leads.ts';
import { readTimeline } from '#db/queries/timeline.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { idParam, pageQuery } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { Timeline, toTimelineItem } from '../../schemas/timeline.ts';

const EVENT_NUMBER = /^\d{1,15}$/;

const route = createRoute({
  method: 'get',
  path: '/api/leads/{id}/timeline',
  operationId: 'readTimeline',
  tags: ['leads'],
  summary: 'What happened to a lead: calls, texts, mails, follow-ups and decisions in one list, latest first',
  ...access('viewer'),
  request: { params: idParam, query: z.object(pageQuery) },
  responses: { 200: json('A page', Timeline), ...keyProblems, ...problems(404, 422) },
});

export function readTimelineRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [EVENT_NUMBER]) ?? [];
    const lead = await findLead(db, c.req.valid('param').id);
    if (lead === null) throw notFound('lead');
    const entries = await readTimeline(db, lead, { before: before === null ? null : Number(before), limit });
    return c.json(
      toPage(entries, limit, ({ event }) => [String(event.id)], toTimelineItem),
      200,
    );
  });
}

import { createRoute } from '@hono/zod-openapi';
import { readCallTimeline } from '#db/queries/call-timeline.ts';
import { findCall } from '#db/queries/calls.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { CallTimeline, toCallTimeline } from '../../schemas/call-timeline.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';
import { callParam } from './read.ts';

/** No call has so many; one that is told of over and over is cut short. */
const MOST_SHOWN = 500;

const route = createRoute({
  method: 'get',
  path: '/api/calls/{id}/timeline',
  operationId: 'readCallTimeline',
  tags: ['calls'],
  summary: 'What happened to a call, and the webhooks that were heard of it, the first first',
  ...access('viewer'),
  request: { params: callParam },
  responses: { 200: json('At most 500 of each', CallTimeline), ...keyProblems, ...problems(404, 422) },
});

export function readCallTimelineRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const call = await findCall(db, c.req.valid('param').id);
    if (call === null) throw notFound('call');
    return c.json(toCallTimeline(await readCallTimeline(db, call.id, MOST_SHOWN)), 200);
  });
}

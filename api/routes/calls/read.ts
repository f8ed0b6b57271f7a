import { createRoute, z } from '@hono/zod-openapi';
import type { Db } from '#db/client.ts';
import { findCall, findCallDetails, findDecision } from '#db/queries/calls.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { CallDetail, toCallDetail } from '../../schemas/call.ts';
import { text } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

export const callParam = z.object({ id: text(200).openapi({ param: { name: 'id', in: 'path' } }) });

const route = createRoute({
  method: 'get',
  path: '/api/calls/{id}',
  operationId: 'readCall',
  tags: ['calls'],
  summary: 'Read a call with its transcript, its analysis and the decision it was placed on',
  ...access('viewer'),
  request: { params: callParam },
  responses: { 200: json('The call', CallDetail), ...keyProblems, ...problems(404, 422) },
});

export function readCall(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => c.json(await callDetail(db, c.req.valid('param').id), 200));
}

/** @throws Problem 404 */
export async function callDetail(db: Db, id: string): Promise<z.infer<typeof CallDetail>> {
  const call = await findCall(db, id);
  if (call === null) throw notFound('call');
  const [details, decision] = await Promise.all([
    findCallDetails(db, id),
    call.decision_id === null ? null : findDecision(db, call.decision_id),
  ]);
  return toCallDetail(call, details, decision);
}

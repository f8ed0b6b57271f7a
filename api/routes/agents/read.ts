import { createRoute } from '@hono/zod-openapi';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { reachable } from '../../http/provider.ts';
import { AgentDetail, agentParam } from '../../schemas/agent.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/agents/{id}',
  operationId: 'readAgent',
  tags: ['provider'],
  summary: 'Read an agent as its provider keeps it, with what may be overridden',
  ...access('viewer'),
  request: { params: agentParam },
  responses: { 200: json('The agent', AgentDetail), ...keyProblems, ...problems(404, 422, 502) },
});

export function readAgent(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const agent = await reachable(() => context.voice.getAgent(id));
    if (agent === null) throw notFound('agent');
    return c.json(agent, 200);
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { reachable } from '../../http/provider.ts';
import { page } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const Agent = z.object({ agentId: z.string(), name: z.string() }).openapi('Agent');

const route = createRoute({
  method: 'get',
  path: '/api/agents',
  operationId: 'listAgents',
  tags: ['provider'],
  summary: "List the provider's agents",
  ...access('viewer'),
  responses: { 200: json('All of them', page(Agent, 'AgentPage')), ...keyProblems, ...problems(502) },
});

export function listAgents(app: Api, { voice }: ApiContext): void {
  app.openapi(route, async (c) => {
    const agents = await reachable(() => voice.listAgents());
    return c.json({ items: agents.map(({ agentId, name }) => ({ agentId, name })), nextCursor: null }, 200);
  });
}

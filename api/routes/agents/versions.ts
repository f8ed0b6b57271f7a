import { createRoute, z } from '@hono/zod-openapi';
import { listVersions } from '#db/queries/comparisons.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { agentParam } from '../../schemas/agent.ts';
import { iso, page, timestamp } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const AgentVersion = z
  .object({
    label: z.string(),
    sessions: z.number().int().openapi({ description: 'Talks in the browser that were started under it' }),
    newestAt: timestamp,
  })
  .openapi('AgentVersion');

const route = createRoute({
  method: 'get',
  path: '/api/agents/{id}/versions',
  operationId: 'listAgentVersions',
  tags: ['provider'],
  summary: "An agent's labelled versions that were talked to in the browser, the newest 100",
  ...access('viewer'),
  request: { params: agentParam },
  responses: {
    200: json('The last used first', page(AgentVersion, 'AgentVersionPage')),
    ...keyProblems,
    ...problems(422),
  },
});

export function listAgentVersions(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const versions = await listVersions(db, c.req.valid('param').id);
    const items = versions.map(({ label, sessions, newest_at }) => ({
      label,
      sessions,
      newestAt: iso(newest_at),
    }));
    return c.json({ items, nextCursor: null }, 200);
  });
}

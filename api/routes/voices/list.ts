import { createRoute, z } from '@hono/zod-openapi';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { reachable } from '../../http/provider.ts';
import { VoicePage } from '../../schemas/agent.ts';
import { searchText } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/voices',
  operationId: 'listVoices',
  tags: ['provider'],
  summary: "Search the provider's voices",
  ...access('viewer'),
  request: {
    query: z.object({
      search: searchText.openapi({ description: 'In name, description, labels and category' }),
      cursor: z.string().min(1).max(2_000).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(30),
    }),
  },
  responses: { 200: json('A page', VoicePage), ...keyProblems, ...problems(422, 502) },
});

export function listVoices(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { search, cursor, limit } = c.req.valid('query');
    const page = await reachable(() =>
      context.voice.searchVoices({
        pageSize: limit,
        ...(search === undefined ? {} : { search }),
        ...(cursor === undefined ? {} : { cursor }),
      }),
    );
    return c.json(page, 200);
  });
}

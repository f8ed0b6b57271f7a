import { createRoute, z } from '@hono/zod-openapi';
import { format, text } from '#domain/text.ts';
import { ProviderError } from '#providers/ports.ts';
import { notFound, reachable } from '#services/errors.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { notACursor } from '../http/cursor.ts';
import { VoicePage, agentParam as voiceParam } from '../schemas/agent.ts';
import { searchText } from '../schemas/common.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';

const Sample = z.strictObject({ text: text(500) }).openapi('VoiceSample');

const sound = { schema: z.string().openapi({ format: 'binary' }) };

const listVoicesRoute = createRoute({
  method: 'get',
  path: '/api/voices',
  operationId: 'listVoices',
  tags: ['provider'],
  summary: "Search the provider's voices",
  ...access('viewer'),
  request: {
    query: z.object({
      search: searchText.openapi({ description: 'In name, description, labels and category' }),
      cursor: z.string().min(1).max(2_000).optional().openapi(format('cursor')),
      limit: z.coerce.number().int().min(1).max(100).default(30),
    }),
  },
  responses: { 200: json('A page', VoicePage), ...keyProblems, ...problems(422, 502) },
});

const sampleVoiceRoute = createRoute({
  method: 'post',
  path: '/api/voices/{id}/sample',
  operationId: 'sampleVoice',
  tags: ['provider'],
  summary: 'Hear a text in a voice; the provider charges for it',
  ...access('operator'),
  request: {
    params: voiceParam,
    body: { required: true, content: { 'application/json': { schema: Sample } } },
  },
  responses: {
    200: {
      description: 'Sound, while it is made',
      content: { 'audio/mpeg': sound, 'audio/wav': sound },
    },
    ...bodyProblems,
    ...problems(404, 502),
  },
});

export function registerVoices(app: Api, context: ApiContext): void {
  app.openapi(listVoicesRoute, async (c) => {
    const { search, cursor, limit } = c.req.valid('query');
    const page = await reachable(async () => {
      try {
        return await context.voice.searchVoices({
          pageSize: limit,
          ...(search === undefined ? {} : { search }),
          ...(cursor === undefined ? {} : { cursor }),
        });
      } catch (error) {
        // Its pages are the provider's own, and so are their cursors.
        const refused = cursor !== undefined && error instanceof ProviderError && error.status === 422;
        if (refused) throw notACursor();
        throw error;
      }
    });
    return c.json(page, 200);
  });
  app.openapi(sampleVoiceRoute, async (c) => {
    const { id: voiceId } = c.req.valid('param');
    const { text: words } = c.req.valid('json');
    const audio = await reachable(async () => {
      try {
        return await context.voice.speak({ voiceId, text: words });
      } catch (error) {
        if (error instanceof ProviderError && error.status === 404) throw notFound('voice');
        throw error;
      }
    });
    return c.body(audio.body, 200, { 'content-type': audio.contentType });
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { ProviderError } from '#providers/ports.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { reachable } from '../../http/provider.ts';
import { agentParam as voiceParam } from '../../schemas/agent.ts';
import { text } from '../../schemas/common.ts';
import { bodyProblems, problems } from '../../schemas/problem.ts';

const Sample = z.strictObject({ text: text(500) }).openapi('VoiceSample');

const sound = { schema: z.string().openapi({ format: 'binary' }) };

const route = createRoute({
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

export function sampleVoice(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
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

import { createRoute } from '@hono/zod-openapi';
import { findCall } from '#db/queries/calls.ts';
import { createRecordings, type Recording, type Recordings } from '#services/calls/recordings.ts';
import { notFound, reachable } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { readRange } from '../../http/byte-range.ts';
import { Problem } from '../../http/errors.ts';
import { keyProblems, problems } from '../../schemas/problem.ts';
import { callParam } from './read.ts';

const audio = (description: string) => ({
  description,
  content: { 'audio/*': { schema: { type: 'string' as const, format: 'binary' } } },
});

const route = createRoute({
  method: 'get',
  path: '/api/calls/{id}/audio',
  operationId: 'readCallAudio',
  tags: ['calls'],
  summary: 'The recording of a call, whole or in part',
  ...access('viewer'),
  request: { params: callParam },
  responses: {
    200: audio('The recording'),
    206: audio('The part that the header Range asks for'),
    ...keyProblems,
    ...problems(404, 416, 422, 502),
  },
});

export function readCallAudio(app: Api, context: ApiContext): void {
  const recordings = createRecordings(context.config.recordings);
  const fetching = new Map<string, Promise<void>>();
  app.openapi(route, async (c) => {
    const call = await findCall(context.db, c.req.valid('param').id);
    if (call === null) throw notFound('call');
    const { conversation_id: conversationId } = call;
    if (conversationId === null) throw notFound('recording');
    let recording = await recordings.open(conversationId);
    if (recording === null) {
      if (call.has_audio === false && call.status === 'ended') throw notFound('recording');
      // Several who listen to one call have it fetched once.
      const fetched =
        fetching.get(conversationId) ??
        fetchRecording(context, recordings, conversationId).finally(() => fetching.delete(conversationId));
      fetching.set(conversationId, fetched);
      await fetched;
      recording = await recordings.open(conversationId);
      if (recording === null) throw notFound('recording');
    }
    return answer(recording, c.req.header('range'), c.req.raw.method === 'HEAD');
  });
}

/** @throws Problem 404 when the provider has none, 502 when it does not answer */
async function fetchRecording(
  context: ApiContext,
  recordings: Recordings,
  conversationId: string,
): Promise<void> {
  const stream = await reachable(() => context.voice.getAudio(conversationId));
  if (stream === null) throw notFound('recording');
  try {
    await recordings.put(conversationId, stream);
  } catch (error) {
    context.logger.warn({ conversationId, failure: (error as Error).message }, 'a recording broke off');
    throw new Problem('provider-unavailable', 'The recording could not be fetched.');
  }
}

function answer(
  { contentType, bytes, read }: Recording,
  header: string | undefined,
  isHead: boolean,
): Response {
  const range = readRange(header, bytes);
  if (range.kind === 'outside') {
    throw new Problem('range-not-satisfiable', `The recording has ${bytes} bytes.`, {
      headers: { 'content-range': `bytes */${bytes}` },
    });
  }
  const { start, end } = range.kind === 'all' ? { start: 0, end: bytes - 1 } : range;
  return new Response(isHead || bytes === 0 ? null : read(start, end), {
    status: range.kind === 'part' ? 206 : 200,
    headers: {
      'content-type': contentType,
      'content-length': String(end - start + 1),
      'accept-ranges': 'bytes',
      ...(range.kind === 'part' ? { 'content-range': `bytes ${start}-${end}/${bytes}` } : {}),
    },
  });
}

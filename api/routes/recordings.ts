import { createRoute } from '@hono/zod-openapi';
import { createRecordings, type Recording, readRecording } from '#services/calls/recordings.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { readRange } from '../http/byte-range.ts';
import { Problem } from '../http/errors.ts';
import { callParam } from '../schemas/call.ts';
import { keyProblems, problems } from '../schemas/problem.ts';

const audio = (description: string) => ({
  description,
  content: { 'audio/*': { schema: { type: 'string' as const, format: 'binary' } } },
});

const readCallAudioRoute = createRoute({
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

export function registerRecordings(app: Api, context: ApiContext): void {
  const recordings = createRecordings(context.config.recordings);
  app.openapi(readCallAudioRoute, async (c) => {
    const recording = await readRecording(context, { recordings, callId: c.req.valid('param').id });
    return answer(recording, c.req.header('range'), c.req.raw.method === 'HEAD');
  });
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

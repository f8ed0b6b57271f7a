import { z } from '@hono/zod-openapi';

const Problem = z
  .object({
    type: z.string().openapi({ example: '/problems/not-found' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem');

const descriptions = {
  400: 'The request cannot be read',
  401: 'The key is missing or wrong',
  403: 'The key has too small a role',
  404: 'There is no such thing',
  408: 'The body came too slowly',
  409: 'Not possible now; the detail says why',
  413: 'The body is too large',
  415: 'The content type is not understood',
  416: 'There is no such part',
  422: 'Not valid; errors names every field',
  502: 'The voice provider did not answer',
  503: 'Not available at the moment',
} as const;

type ProblemStatus = keyof typeof descriptions;
type ProblemResponse = {
  description: string;
  content: { 'application/problem+json': { schema: typeof Problem } };
};

/** The problems that a route may answer with, for its definition. */
export function problems<Status extends ProblemStatus>(
  ...statuses: Status[]
): Record<Status, ProblemResponse> {
  const entries = statuses.map((status) => [
    status,
    { description: descriptions[status], content: { 'application/problem+json': { schema: Problem } } },
  ]);
  return Object.fromEntries(entries);
}

/** Of every route with a key. */
export const keyProblems = problems(401, 403, 503);

/** Of every route with a key and a body. 409 also means that the first request of an Idempotency-Key is running. */
export const bodyProblems = problems(400, 401, 403, 408, 409, 413, 415, 422, 503);

/** A response with a JSON body. */
export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}

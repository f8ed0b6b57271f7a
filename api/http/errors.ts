import type { Hook } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from '#config/logger.ts';
import { isUnreachable } from '#db/client.ts';
import { type FieldError, invalid, ServiceError } from '#services/errors.ts';
import type { ApiEnv } from '../context.ts';

const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  unauthorized: { status: 401, title: 'A valid key is needed' },
  'invalid-signature': { status: 401, title: 'The signature is not valid' },
  forbidden: { status: 403, title: 'The key does not allow this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The method is not possible here' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'wrong-state': { status: 409, title: 'Not possible now' },
  'request-in-progress': { status: 409, title: 'The first request with this key is still running' },
  'content-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type is not understood' },
  'range-not-satisfiable': { status: 416, title: 'There is no such part' },
  'invalid-request': { status: 422, title: 'The request is not valid' },
  'idempotency-key-reused': { status: 422, title: 'The key was used for another request' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  'provider-unavailable': { status: 502, title: 'The voice provider did not answer' },
  unavailable: { status: 503, title: 'Not available at the moment' },
} as const satisfies Record<string, { status: ContentfulStatusCode; title: string }>;

export type ProblemKind = keyof typeof PROBLEMS;

interface ProblemOptions {
  errors?: FieldError[];
  headers?: Record<string, string>;
}

/** An answer other than success, as a problem document (RFC 9457). Thrown by handlers, answered in one place. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  constructor(kind: ProblemKind, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.kind = kind;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  get status(): ContentfulStatusCode {
    return PROBLEMS[this.kind].status;
  }

  /** The document as it is sent. */
  toResponse(): Response {
    const { status, title } = PROBLEMS[this.kind];
    const document = {
      type: `/problems/${this.kind}`,
      title,
      status,
      detail: this.message,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
    return new Response(JSON.stringify(document), {
      status,
      headers: { 'content-type': 'application/problem+json', ...this.headers },
    });
  }
}

interface Issue {
  code?: string | undefined;
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

/** Zod's issues as field errors: one for each unknown key, and plain words where a field is missing. */
export function fieldErrors(issues: readonly Issue[]): FieldError[] {
  return issues.flatMap(({ code, path, message, keys }) => {
    if (code === 'unrecognized_keys' && keys !== undefined) {
      return keys.map((key) => ({
        path: [...path, key].map(String).join('.'),
        message: 'is not a known field',
      }));
    }
    return [
      {
        path: path.map(String).join('.'),
        message: message.endsWith('received undefined') ? 'is required' : message,
      },
    ];
  });
}

/** Turns a failed validation of any route into one problem. */
export const onInvalid: Hook<unknown, ApiEnv, string, undefined> = (result) => {
  if (!result.success) throw invalid(fieldErrors(result.error.issues));
  return undefined;
};

/** The one place where errors become answers. Of an unexpected error the caller learns only that the request failed. */
export function createErrorHandler(logger: Logger) {
  return (error: Error, c: Context<ApiEnv>): Response => {
    const problem = toProblem(error);
    if (problem.kind === 'internal-error') {
      logger.error({ method: c.req.method, failure: describe(error) }, 'request failed');
    }
    return problem.toResponse();
  };
}

function toProblem(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ServiceError) return ofService(error);
  if (error instanceof HTTPException && error.status === 400) {
    return new Problem('malformed-request', 'The body is not JSON.');
  }
  if (error instanceof HTTPException && error.status === 415) {
    return new Problem('unsupported-media-type', 'The body must be of the type that the route takes.');
  }
  if (isUnreachable(error)) {
    return new Problem('unavailable', 'The database does not answer.', { headers: { 'retry-after': '5' } });
  }
  return new Problem('internal-error', 'The request failed for a reason that is not yours.');
}

function ofService({ kind, message, errors, retryAfterSeconds }: ServiceError): Problem {
  return new Problem(kind, message, {
    ...(errors === undefined ? {} : { errors }),
    ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
  });
}

/** Message and stack without the values that database errors carry in other fields. */
function describe(error: Error): { name: string; code: unknown; stack: string | undefined } {
  return { name: error.name, code: (error as { code?: unknown }).code, stack: error.stack };
}

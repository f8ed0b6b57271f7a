import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** An error in ElevenLabs' form. `status` is the older name of what newer answers call `code`. */
export function problem(
  c: Context,
  status: ContentfulStatusCode,
  code: string,
  message: string,
  param: string | null = null,
): Response {
  return c.json(
    { detail: { type: TYPES[status] ?? 'server_error', code, status: code, message, param } },
    status,
  );
}

/** A validation error in ElevenLabs' form, which gives the place of every fault. */
export function invalid(c: Context, issues: Array<{ loc: string[]; msg: string }>): Response {
  return c.json({ detail: issues.map((issue) => ({ type: 'value_error', input: null, ...issue })) }, 422);
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'validation_error',
  401: 'authentication_error',
  404: 'not_found',
  429: 'rate_limit_error',
};

import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { type Claim, claimKey, keepAnswer, releaseKey } from '#db/queries/idempotency.ts';
import { invalid } from '#services/errors.ts';
import type { Api, ApiContext, ApiEnv } from '../context.ts';
import { Problem } from './errors.ts';

/** One use of an Idempotency-Key: the same key of another caller, or on another path, is another key. */
interface KeyUse {
  key: string;
  actor: string;
  route: string;
}

const KEY = /^[\x21-\x7e]{1,255}$/;
const PARAMETER = 'IdempotencyKey';

type OpenApiDocument = ReturnType<Api['getOpenAPI31Document']>;

/** The document with the header on every operation that honours it: each POST below /api. */
export function withIdempotencyKey(document: OpenApiDocument): OpenApiDocument {
  const paths = Object.entries(document.paths ?? {}).map(([path, methods]) => {
    if (!path.startsWith('/api/') || methods.post === undefined) return [path, methods];
    const parameters = [...(methods.post.parameters ?? []), { $ref: `#/components/parameters/${PARAMETER}` }];
    return [path, { ...methods, post: { ...methods.post, parameters } }];
  });
  const key = {
    name: 'Idempotency-Key',
    in: 'header' as const,
    description: 'A repetition with the same key and body gets the first answer and does nothing',
    schema: { type: 'string' as const, pattern: KEY.source },
  };
  const parameters = { ...document.components?.parameters, [PARAMETER]: key };
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: { ...document.components, parameters },
  };
}

/** The request's use of a key, or null without one. @throws Problem 422 when the key cannot be one. */
function keyUse(c: Context<ApiEnv>): KeyUse | null {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return null;
  if (!KEY.test(key)) {
    throw invalid([
      { path: 'Idempotency-Key', message: 'must be 1 to 255 printable characters without spaces' },
    ]);
  }
  return { key, actor: c.get('actor').id, route: `${c.req.method} ${c.req.path}` };
}

/**
 * Honours Idempotency-Key on every POST: a repetition gets the first answer and does nothing. Only success is
 * kept; whatever was refused or failed has made nothing, and may be sent again under its key. Routes that
 * stream their body use `onceByStreamedBody`.
 */
export function idempotency(
  context: ApiContext,
  streams: (path: string) => boolean,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const use = c.req.method === 'POST' && !streams(c.req.path) ? keyUse(c) : null;
    if (use === null) return await next();
    const hash = createHash('sha256')
      .update(await c.req.text())
      .digest('hex');
    const claim = await claimKey(context.db, { ...use, requestHash: hash, now: await context.now() });
    if (claim.kind !== 'claimed') return replay(claim, hash);
    await next();
    // Sound, and what lasts for minutes, is made anew when it is asked for again.
    const keepable =
      c.res.ok && !c.get('madeAnew') && /[/+]json\b/.test(c.res.headers.get('content-type') ?? '');
    const answer = async () => c.get('answerToKeep') ?? (await c.res.clone().json());
    const kept = keepable ? { status: c.res.status, response: await answer() } : null;
    await settle(context, use, hash, kept);
    return undefined;
  };
}

/** A body that is read as it arrives. */
interface StreamedBody {
  /** Reads what is left of it. */
  finish(): Promise<void>;
  /** Of the whole body; after `finish`. */
  hash(): string;
}

/**
 * As `idempotency`, where the body is known only at its end: the body of a repetition is read to its end, too, and
 * compared. The response of a repetition is the first answer.
 */
export async function onceByStreamedBody<T>(
  context: ApiContext,
  c: Context<ApiEnv>,
  body: StreamedBody,
  work: () => Promise<T>,
): Promise<T | Response> {
  const use = keyUse(c);
  if (use === null) return await work();
  const claim = await claimKey(context.db, { ...use, requestHash: '', now: await context.now() });
  if (claim.kind === 'running') return replay(claim, '');
  if (claim.kind === 'done') {
    await body.finish();
    return replay(claim, body.hash());
  }
  try {
    const answer = await work();
    await settle(context, use, body.hash(), { status: 200, response: answer });
    return answer;
  } catch (error) {
    await settle(context, use, '', null);
    throw error;
  }
}

/** Keeps the answer of a claimed key, or frees the key when there is none to keep. */
async function settle(
  { db, logger }: ApiContext,
  use: KeyUse,
  requestHash: string,
  kept: { status: number; response: unknown } | null,
): Promise<void> {
  try {
    if (kept === null) await releaseKey(db, use);
    else await keepAnswer(db, { ...use, requestHash, ...kept });
  } catch {
    // The work is done and its answer stands. The key stays claimed, and so the work is not done twice.
    logger.warn({ route: use.route }, 'the answer of an idempotency key was not kept');
  }
}

/** What a repetition gets. */
function replay(claim: Exclude<Claim, { kind: 'claimed' }>, hash: string): Response {
  const { requestHash } = claim;
  if (requestHash !== '' && requestHash !== hash) {
    throw new Problem('idempotency-key-reused', 'This Idempotency-Key came with another body before.');
  }
  if (claim.kind === 'running') {
    throw new Problem('request-in-progress', 'Ask again when the first request has ended.', {
      headers: { 'retry-after': '1' },
    });
  }
  return new Response(JSON.stringify(claim.response), {
    status: claim.status,
    headers: { 'content-type': 'application/json', 'idempotency-replayed': 'true' },
  });
}

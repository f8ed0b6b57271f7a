import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Actor } from '#domain/access.ts';
import type { Context } from '#services/context.ts';
import type { EventHub } from './stream/hub.ts';

/** What the API rests on beside the use cases' context. */
export interface ApiContext extends Context {
  /** Sends events to connected clients. */
  stream: EventHub;
  /** Where the built dashboard is, when not in its usual place. */
  dashboardDir?: string;
}

/** What middleware and handlers leave for each other. `actor` is set on every route below /api. */
export interface ApiEnv {
  Variables: {
    actor: Actor;
    /** The hash of the dashboard's session that the request came with; not set for one that brought a key. */
    sessionHash?: string;
    /** What a repetition under the same Idempotency-Key gets, when the answer holds a secret that is not to be kept. */
    answerToKeep?: unknown;
    /** The answer is good for minutes only and holds a secret: a repetition makes it anew, and none is kept. */
    madeAnew?: true;
  };
}

export type Api = OpenAPIHono<ApiEnv>;

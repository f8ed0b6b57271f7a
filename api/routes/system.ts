import { createRoute, z } from '@hono/zod-openapi';
import { readWorkspace } from '#db/queries/workspace.ts';
import { ProviderError } from '#providers/ports.ts';
import { compareClocks } from '#services/clock-watch.ts';
import type { Api, ApiContext } from '../context.ts';
import { json } from '../schemas/problem.ts';

const Ready = z
  .object({ database: z.string(), temporal: z.string(), provider: z.string(), clock: z.string() })
  .openapi('Ready', { description: 'Each "ok", or why not' });

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'readHealth',
  tags: ['system'],
  summary: 'Whether the process is alive',
  responses: { 200: json('It is', z.object({ status: z.literal('ok') }).openapi('Health')) },
});

const readyRoute = createRoute({
  method: 'get',
  path: '/ready',
  operationId: 'readReady',
  tags: ['system'],
  summary: 'Whether all that a campaign needs answers',
  responses: { 200: json('Ready', Ready), 503: json('Not ready', Ready) },
});

const CHECK_MS = 3_000;
/** A probe comes every few seconds, and the provider counts requests. */
const PROVIDER_REMEMBERED_MS = 15_000;

export function registerSystem(app: Api, context: ApiContext): void {
  const { db, workflows, voice } = context;
  const provider = remember(PROVIDER_REMEMBERED_MS, () => check(() => voice.ping()));
  app.openapi(healthRoute, (c) => c.json({ status: 'ok' as const }, 200));
  app.openapi(readyRoute, async (c) => {
    const [database, temporal, providerState, clock] = await Promise.all([
      check(async () => void (await readWorkspace(db))),
      check(() => workflows.ping()),
      provider(),
      check(async () => (await compareClocks(context)).problem),
    ]);
    const state = { database, temporal, provider: providerState, clock };
    return Object.values(state).every((one) => one === 'ok') ? c.json(state, 200) : c.json(state, 503);
  });
}

/** `ok`, or why not, without addresses or keys: a probe says what it found, or does not answer. */
async function check(probe: () => Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, CHECK_MS, `no answer within ${CHECK_MS / 1_000} s`);
  });
  try {
    const found = probe().then((problem) => (typeof problem === 'string' ? problem : 'ok'), reason);
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
}

function reason(error: unknown): string {
  if (error instanceof ProviderError && error.status !== null) return `answered with status ${error.status}`;
  return 'no answer';
}

/** Repeats a finding for a while, and never looks twice at once. */
function remember(forMs: number, look: () => Promise<string>): () => Promise<string> {
  let finding: Promise<string> | null = null;
  let lookedAt = 0;
  return () => {
    if (finding === null || Date.now() - lookedAt > forMs) {
      finding = look();
      lookedAt = Date.now();
    }
    return finding;
  };
}

import { createRoute, z } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { beginRun, findRun } from '#db/queries/sync-runs.ts';
import { SYNC_WORKFLOW_ID, syncWorkflowId } from '#domain/ids.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { instant } from '../../schemas/common.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { ConversationSync, toConversationSync } from '../../schemas/sync.ts';

/** A caller is not kept waiting longer; the walk goes on. */
const WAIT_MS = 25_000;

const Request = z
  .strictObject({
    since: instant
      .optional()
      .openapi({ description: 'Started at or after; where the last walk ended when left out' }),
  })
  .openapi('ConversationSyncInput');

const route = createRoute({
  method: 'post',
  path: '/api/conversations/sync',
  operationId: 'syncConversations',
  tags: ['conversations'],
  summary: "Walk the provider's list of conversations into the database",
  ...access('operator'),
  request: { body: { content: { 'application/json': { schema: Request } } } },
  responses: {
    200: json('What the walk came to', ConversationSync),
    202: {
      ...json('It goes on; this far it has come', ConversationSync),
      headers: {
        location: { description: 'Where to look for its end', schema: { type: 'string' as const } },
      },
    },
    ...bodyProblems,
    ...problems(503),
  },
});

export function syncConversations(app: Api, { db, workflows, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { since = null } = c.req.valid('json');
    const workflowId = since === null ? SYNC_WORKFLOW_ID : syncWorkflowId(since.toISOString());
    // Written down here, so that the caller can be told where to look however late a worker takes it.
    const startedAt = await now();
    const { id } = await inTransaction(db, (tx) => beginRun(tx, { workflowId, since, now: startedAt }));
    const walk = { workflowId, since, runId: id, waitMs: WAIT_MS };
    let told = await workflows.sync(walk);
    let run = await findRun(db, id);
    if (told.kind === 'done' && told.value !== null && run?.finished_at === null) {
      // It was another walk's very end that was joined.
      told = await workflows.sync(walk);
      run = await findRun(db, id);
    }
    if (told.kind !== 'done') throw new Problem('unavailable', 'Temporal does not answer.');
    if (run === null) throw new Error('The walk is not in the database.');
    if (run.finished_at !== null) return c.json(toConversationSync(run), 200);
    return c.json(toConversationSync(run), 202, { location: `/api/conversations/sync/${id}` });
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { latestRun, type SyncCounts } from '../../../db/queries/sync-runs.ts';
import { SYNC_WORKFLOW_ID, syncWorkflowId } from '../../../domain/ids.ts';
import { access } from '../../auth.ts';
import type { Api, ApiDeps } from '../../deps.ts';
import { Problem } from '../../errors.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';

/** A caller is not kept waiting longer; the walk goes on. */
const WAIT_MS = 25_000;

const Synced = z
  .object({
    seen: z.number().int().openapi({ description: 'Conversations on the provider’s list' }),
    stored: z.number().int().openapi({ description: 'Of them new, or changed since they were stored' }),
    attributed: z.number().int(),
    unattributed: z.number().int(),
    failed: z.number().int().openapi({ description: 'Could not be read; the next walk meets them again' }),
    finished: z.boolean(),
  })
  .openapi('ConversationSync');

const Request = z
  .strictObject({
    since: z.iso
      .datetime({ offset: true, error: 'must be an ISO time with Z or an offset' })
      .optional()
      .openapi({ description: 'Started at or after; where the last walk ended when left out' }),
  })
  .openapi('ConversationSyncInput');

const route = createRoute({
  method: 'post',
  path: '/api/conversations/sync',
  tags: ['conversations'],
  summary: "Walk the provider's list of conversations into the database",
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: Request } } } },
  responses: {
    200: json('What the walk came to', Synced),
    202: json('It goes on; this far it has come', Synced),
    ...bodyProblems,
    ...problems(503),
  },
});

export function syncConversations(app: Api, { db, temporal }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { since: given } = c.req.valid('json');
    const since = given === undefined ? null : new Date(given);
    const workflowId = since === null ? SYNC_WORKFLOW_ID : syncWorkflowId(since.toISOString());
    const told = await temporal.sync({ workflowId, since, waitMs: WAIT_MS });
    if (told.kind !== 'done') throw new Problem('unavailable', 'Temporal does not answer.');
    if (told.value !== null) return c.json({ ...countsOf(told.value), finished: true }, 200);
    const run = await latestRun(db, workflowId);
    const none = { seen: 0, stored: 0, attributed: 0, unattributed: 0, failed: 0 };
    return c.json({ ...countsOf(run ?? none), finished: false }, 202);
  });
}

function countsOf({ seen, stored, attributed, unattributed, failed }: SyncCounts): SyncCounts {
  return { seen, stored, attributed, unattributed, failed };
}

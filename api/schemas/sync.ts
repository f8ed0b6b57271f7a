import { z } from '@hono/zod-openapi';
import type { SyncRun } from '#db/queries/sync-runs.ts';
import { instant, iso, isoOrNull, timestamp } from './common.ts';

export const ConversationSyncInput = z
  .strictObject({
    since: instant
      .optional()
      .openapi({ description: 'Started at or after; where the last walk ended when left out' }),
  })
  .openapi('ConversationSyncInput');

/** One run over the provider's list of conversations, and its progress. */
export const ConversationSync = z
  .object({
    runId: z.uuid(),
    since: timestamp.openapi({ description: 'Conversations that began then or later' }),
    until: timestamp,
    pages: z.number().int(),
    seen: z.number().int().openapi({ description: 'Conversations on the provider’s list' }),
    stored: z
      .number()
      .int()
      .openapi({ description: 'Those that were new, or changed since they were stored' }),
    attributed: z.number().int(),
    unattributed: z.number().int(),
    failed: z.number().int().openapi({ description: 'Could not be read; the next run tries them again' }),
    finished: z.boolean(),
    startedAt: timestamp,
    finishedAt: z.union([timestamp, z.null()]),
  })
  .openapi('ConversationSync');

/** The run's row as the API shows it. */
export function toConversationSync(run: SyncRun): z.infer<typeof ConversationSync> {
  const { id, since, until, pages, seen, stored, attributed, unattributed, failed } = run;
  return {
    runId: id,
    since: iso(since),
    until: iso(until),
    pages,
    seen,
    stored,
    attributed,
    unattributed,
    failed,
    finished: run.finished_at !== null,
    startedAt: iso(run.started_at),
    finishedAt: isoOrNull(run.finished_at),
  };
}

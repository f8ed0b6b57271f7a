import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '#domain/ids.ts';
import type { WorkflowStanding } from './snapshot.ts';

const OPEN: ReadonlySet<WorkflowExecutionStatusName> = new Set(['RUNNING', 'PAUSED', 'CONTINUED_AS_NEW']);

/**
 * By workflow id, the workflows of the campaigns, of their leads and, if requested, of one-off calls, as
 * Temporal lists them. The latest run counts; one that continued as new is open until the next run is listed.
 */
export async function readWorkflows(
  temporal: Client,
  campaignIds: readonly string[],
  oneOffCalls: boolean,
): Promise<Map<string, WorkflowStanding>> {
  const latest = new Map<string, { startedAtMs: number; standing: WorkflowStanding }>();
  const queries = campaignIds.map((campaignId) => `${SEARCH_ATTRIBUTES.campaign} = '${campaignId}'`);
  if (oneOffCalls) queries.push("WorkflowType = 'callWorkflow'");
  for (const query of queries) {
    for await (const run of temporal.workflow.list({ query, pageSize: 1_000 })) {
      const startedAtMs = run.startTime.getTime();
      const known = latest.get(run.workflowId);
      const open = OPEN.has(run.status.name);
      const newer = known === undefined || startedAtMs > known.startedAtMs;
      // A continued run and its successor may start within the same millisecond.
      const successor = startedAtMs === known?.startedAtMs && run.status.name !== 'CONTINUED_AS_NEW';
      if (newer || successor) latest.set(run.workflowId, { startedAtMs, standing: open ? 'open' : 'closed' });
    }
  }
  return new Map([...latest].map(([id, { standing }]) => [id, standing]));
}

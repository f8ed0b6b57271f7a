import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '#domain/ids.ts';
import type { WorkflowStanding } from './snapshot.ts';

const OPEN: ReadonlySet<WorkflowExecutionStatusName> = new Set(['RUNNING', 'PAUSED', 'CONTINUED_AS_NEW']);

/**
 * The campaigns' workflows, their leads' and, where asked for, those of calls outside of campaigns, as Temporal lists them, by workflow id. A workflow that ran more than once
 * stands where its latest run stands; one that continued as new is open until the next run is listed.
 */
export async function readWorkflows(
  temporal: Client,
  campaignIds: readonly string[],
  singleCalls: boolean,
): Promise<Map<string, WorkflowStanding>> {
  const latest = new Map<string, { startedAtMs: number; standing: WorkflowStanding }>();
  const queries = campaignIds.map((campaignId) => `${SEARCH_ATTRIBUTES.campaign} = '${campaignId}'`);
  if (singleCalls) queries.push("WorkflowType = 'callWorkflow'");
  for (const query of queries) {
    for await (const run of temporal.workflow.list({ query, pageSize: 1_000 })) {
      const startedAtMs = run.startTime.getTime();
      const known = latest.get(run.workflowId);
      const open = OPEN.has(run.status.name);
      const newer = known === undefined || startedAtMs > known.startedAtMs;
      // A run that was continued and its successor may have started within one millisecond of each other.
      const successor = startedAtMs === known?.startedAtMs && run.status.name !== 'CONTINUED_AS_NEW';
      if (newer || successor) latest.set(run.workflowId, { startedAtMs, standing: open ? 'open' : 'closed' });
    }
  }
  return new Map([...latest].map(([id, { standing }]) => [id, standing]));
}

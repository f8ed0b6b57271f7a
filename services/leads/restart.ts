import { inTransaction } from '#db/client.ts';
import { readNextAttempt } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { silentLeads, touchLead } from '#db/queries/leads.ts';
import { leadWorkflowId } from '#domain/ids.ts';
import type { Context } from '../context.ts';
import { reached } from '../workflows.ts';

const SILENT_MS = 120_000;
const AT_ONCE = 200;

/**
 * Starts the workflows of leads that are open, have not changed for a while, and have none. Returns how many.
 *
 * @throws ServiceError `unavailable` when Temporal does not answer
 */
export async function restartLeads(
  { db, workflows, heartbeat }: Pick<Context, 'db' | 'workflows' | 'heartbeat'>,
  now: Date,
): Promise<number> {
  const since = new Date(now.getTime() - SILENT_MS);
  let restarted = 0;
  for (const { leadId, campaignId } of await silentLeads(db, { since, limit: AT_ONCE })) {
    heartbeat();
    const running = await reached(workflows.isRunning(leadWorkflowId(leadId)));
    if (!running) {
      const attempt = await readNextAttempt(db, leadId);
      await reached(workflows.startLead({ leadId, campaignId, attempt }));
      restarted += 1;
    }
    await inTransaction(db, async (tx) => {
      await touchLead(tx, leadId, now);
      if (!running) await appendEvent(tx, { type: 'lead.restarted', campaignId, leadId });
    });
  }
  return restarted;
}

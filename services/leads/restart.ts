import { inTransaction } from '#db/client.ts';
import { readNextAttempt } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { silentLeads, touchLeads } from '#db/queries/leads.ts';
import { leadWorkflowId } from '#domain/ids.ts';
import type { Context } from '../context.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';
import type { LeadRef } from './steps.ts';

const SILENT_MS = 120_000;
const PAGE = 500;
/** A Temporal server has other work beside it; 50,000 leads take five minutes. */
const RESTARTS_PER_SECOND = 170;

/** Starts the workflows of leads that are open, have not changed for a while, and have none. Returns how many. */
export async function restartLeads(
  context: Pick<Context, 'db' | 'workflows'>,
  run: PartRun,
): Promise<number> {
  const { db } = context;
  const since = new Date(run.now.getTime() - SILENT_MS);
  const name = ({ leadId }: LeadRef) => `lead ${leadId}`;
  for (let restarted = 0; ; ) {
    const page = await silentLeads(db, { since, limit: PAGE });
    // Each has had its turn, also one that is not reached: the others come before it.
    await touchLeads(
      db,
      page.map(({ leadId }) => leadId),
      run.now,
    );
    restarted += await run.each(page, { name, perSecond: RESTARTS_PER_SECOND }, (lead) =>
      restartLead(context, lead),
    );
    if (page.length < PAGE || run.isOver) return restarted;
  }
}

async function restartLead(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  { leadId, campaignId }: LeadRef,
): Promise<boolean> {
  if (await reached(workflows.isRunning(leadWorkflowId(leadId)))) return false;
  const attempt = await readNextAttempt(db, leadId);
  await reached(workflows.startLead({ leadId, campaignId, attempt }));
  await inTransaction(db, (tx) => appendEvent(tx, { type: 'lead.restarted', campaignId, leadId }));
  return true;
}

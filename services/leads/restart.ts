import { inTransaction } from '#db/client.ts';
import { findCallOfAttempt, readNextAttempt } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { makeDue, silentLeads, touchLeads } from '#db/queries/leads.ts';
import { leadWorkflowId } from '#domain/ids.ts';
import { closeLead } from '../calls/conclude.ts';
import { announceChange, noteChange } from '../campaigns/changes.ts';
import type { Context } from '../context.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';
import type { LeadRef } from './steps.ts';

const SILENT_MS = 120_000;
const PAGE = 500;
/** A Temporal server has other work beside it; 50,000 leads take five minutes. */
const RESTARTS_PER_SECOND = 170;

/**
 * Brings back leads that have a line or a call by their row, have not changed for a while, and have no workflow.
 * Returns how many. Those between two attempts need none: their campaign starts it with their next line.
 */
export async function restartLeads(context: Context, run: PartRun): Promise<number> {
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

async function restartLead(context: Context, { leadId, campaignId }: LeadRef): Promise<boolean> {
  const { db, workflows } = context;
  if (await reached(workflows.isRunning(leadWorkflowId(leadId)))) return false;
  const attempt = await readNextAttempt(db, leadId);
  if ((await findCallOfAttempt(db, { leadId, attempt })) !== null) {
    // Its call is waited for and concluded, whatever its campaign does.
    await reached(workflows.startLead({ leadId, campaignId, attempt }));
    await inTransaction(db, (tx) => appendEvent(tx, { type: 'lead.restarted', campaignId, leadId }));
    return true;
  }
  if ((await closeLead(context, { leadId, campaignId })).closed) return true;
  const { isNews } = await inTransaction(db, async (tx) => {
    if (!(await makeDue(tx, leadId, await context.now()))) return { isNews: false };
    await appendEvent(tx, { type: 'lead.restarted', campaignId, leadId });
    return { isNews: (await noteChange(tx, campaignId)).isFirst };
  });
  if (isNews) await announceChange(context, campaignId);
  return true;
}

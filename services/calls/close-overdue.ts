import { type OpenCall, overdueCalls, unconcludedCalls } from '#db/queries/overdue-calls.ts';
import { leadWorkflowId } from '#domain/ids.ts';
import type { Context } from '../context.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';
import { concludeLeadCall, concludeOneOffCall } from './conclude.ts';
import { reviewOverdue } from './overdue.ts';

/** Until then a call's own workflow asks about it, and concludes it. */
const OVERDUE_FOR_MS = 30_000;
const ENDED_FOR_MS = 120_000;
const PAGE = 50;

/**
 * The owner of every call that has no other: adopted ones, whose end nobody reported, and dials whose workflow was
 * lost, whatever their campaign does. Asks the providers of what is past its deadline, and concludes what has ended
 * without a conclusion. A call that is held is put off, so that the others' turn comes. Returns how many are closed.
 */
export async function closeOverdueCalls(context: Context, run: PartRun): Promise<number> {
  const { db } = context;
  const longAgo = (ms: number) => new Date(run.now.getTime() - ms);
  const pages = { pageSize: PAGE, name: ({ id }: OpenCall) => `call ${id}` };
  const overdue = await run.throughPages(
    {
      ...pages,
      read: (after) => overdueCalls(db, { before: longAgo(OVERDUE_FOR_MS), after, limit: PAGE }),
    },
    (call) => closeOne(context, call),
  );
  const unconcluded = await run.throughPages(
    {
      ...pages,
      read: (after) => unconcludedCalls(db, { endedBefore: longAgo(ENDED_FOR_MS), after, limit: PAGE }),
    },
    (call) => conclude(context, call),
  );
  return overdue + unconcluded;
}

async function closeOne(context: Context, call: OpenCall): Promise<boolean> {
  if (!(await reviewOverdue(context, call.id)).ended) return false;
  if (call.attempt === null) return true;
  const { kind } = await context.workflows.callEnded(call.lead_id, call.id);
  // Its workflow concludes it where there is one; in the end the sweep does.
  if (kind === 'absent') await conclude(context, call);
  return true;
}

/** The same as its workflow would do: whoever comes second gets the first one's conclusion. */
async function conclude(context: Context, { id, lead_id, campaign_id }: OpenCall): Promise<boolean> {
  if (lead_id === null || campaign_id === null)
    return (await concludeOneOffCall(context, { callId: id })) !== null;
  // It holds no line that it knows of; the campaign's audit takes back what the lost workflow held.
  const ref = { campaignId: campaign_id, leadId: lead_id, callId: id, line: 0 };
  if ((await concludeLeadCall(context, ref)).kind === 'not_ended') return false;
  // One that slept would have concluded it by now. It may be unable to go on: then this ends it.
  await reached(context.workflows.isRunning(leadWorkflowId(lead_id)));
  return true;
}

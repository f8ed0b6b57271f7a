import { callWorkflowId, campaignWorkflowId, leadWorkflowId } from '#domain/ids.ts';
import { inScope, isOver, leadIdOf, type Snapshot } from './snapshot.ts';

/**
 * Where Temporal and the database disagree on what has ended. A lead that was finished without a call
 * (refused, or stopped while waiting) may have had no workflow; one that was called must have had one.
 */
export function* workflowDisagreements(snapshot: Snapshot): Generator<string> {
  const called = new Set(snapshot.goDecisions.map(({ attemptId }) => leadIdOf(attemptId)));
  for (const lead of snapshot.leads) {
    if (!inScope(snapshot, lead.campaignId)) continue;
    const standing = snapshot.workflows.get(leadWorkflowId(lead.id));
    if (lead.state === 'finished') {
      if (standing === 'open') yield `lead ${lead.id} is finished and its workflow is open`;
      if (standing === undefined && called.has(lead.id))
        yield `lead ${lead.id} was called and has no workflow`;
    } else if (standing === 'closed' && lead.state !== 'backing_off') {
      yield `lead ${lead.id} is ${lead.state} and its workflow is closed`;
    }
  }
  for (const call of snapshot.calls) {
    if (!snapshot.oneOffCalls.has(call.id)) continue;
    const standing = snapshot.workflows.get(callWorkflowId(call.id));
    const open = call.concludedAtMs === null;
    if (open && standing === 'closed') yield `call ${call.id} is not concluded and its workflow is closed`;
    if (!open && standing === 'open') yield `call ${call.id} is concluded and its workflow is open`;
  }
  for (const campaign of snapshot.campaigns) {
    if (!inScope(snapshot, campaign.id) || !isOver(campaign)) continue;
    if (snapshot.workflows.get(campaignWorkflowId(campaign.id)) === 'open') {
      yield `campaign ${campaign.id} is ${campaign.status} and its workflow is open`;
    }
  }
}

/** Between two attempts a lead needs no workflow: its campaign starts the one of a lead that it gives a line. */
function hasLine({ state }: Snapshot['leads'][number]): boolean {
  return state === 'queued' || state === 'calling';
}

/** Leads and campaigns that must have an open workflow and have none. */
export function* missingWorkflows(snapshot: Snapshot): Generator<string> {
  for (const lead of snapshot.leads) {
    if (!inScope(snapshot, lead.campaignId) || !hasLine(lead)) continue;
    if (snapshot.workflows.get(leadWorkflowId(lead.id)) !== 'open') {
      yield `lead ${lead.id} is ${lead.state} and has no open workflow`;
    }
  }
  for (const { id, status } of snapshot.campaigns) {
    if (!inScope(snapshot, id) || !['scheduled', 'running', 'paused'].includes(status)) continue;
    if (snapshot.workflows.get(campaignWorkflowId(id)) !== 'open')
      yield `campaign ${id} is ${status} and has no open workflow`;
  }
}

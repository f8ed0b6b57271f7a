import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  getExternalWorkflowHandle,
  ParentClosePolicy,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { Activities } from '#activities/create-activities.ts';
import { campaignWorkflowId, followUpWorkflowId } from '#domain/ids.ts';
import type { LineKind } from '#domain/lines.ts';
import { GATE_AND_DIAL, LOOK_AGAIN_MS, type PlacedCall, waitForCallEnd } from '../call.ts';
import { followUpWorkflow } from '../follow-up.ts';
import {
  callbackRequestedSignal,
  callEndedSignal,
  campaignStoppedSignal,
  contactRepliedSignal,
  type LeadState,
  leadStateQuery,
  lineGrantedSignal,
  lineWantedSignal,
  optedOutSignal,
  stateKey,
} from '../messages.ts';
import { DATABASE_WORK, waitFor } from '../shared.ts';

/** A function, because the Web UI shows the attempt beside the activity. */
function placing(attempt: number) {
  const options = { ...GATE_AND_DIAL, summary: `attempt ${attempt}` };
  return proxyActivities<Pick<Activities, 'placeCall'>>(options);
}

const { concludeCall, closeLead } =
  proxyActivities<Pick<Activities, 'concludeCall' | 'closeLead'>>(DATABASE_WORK);

export interface EarlierLeadInput {
  leadId: string;
  campaignId: string;
  /** The attempt to begin with. */
  attempt: number;
  /** The number of the line that comes with the start; null when the lead has to ask for one. */
  line: number | null;
}

/** A campaign that does not grant a line is reminded after this, then at growing intervals up to the limit. */
const ASK_AGAIN_MS = 3_600_000;
const ASK_AGAIN_LIMIT_MS = 86_400_000;
const CAMPAIGN_GONE_MS = 60_000;

interface Lead extends EarlierLeadInput {
  /** Its place in the queue when it asks for a line. */
  lineKind: LineKind;
  endedCalls: Set<string>;
  /** The campaign was stopped, the contact opted out, or the person replied: the database says whether it closes. */
  mayClose: boolean;
  /** A requested time that replaces the pending one. */
  callbackAtMs: number | null;
  state: LeadState;
}

/** What follows an attempt: nothing, or another one not before a time. */
type Next = { kind: 'finished' } | { kind: 'again'; atMs: number; why: string };

/**
 * A lead that was started before who waits for a line became a fact of the database: it asks the campaign. Frozen, so
 * that it replays.
 *
 * One lead of a campaign: waits for a line, places the call, waits for its end, concludes it, and comes back for
 * the next attempt until the lead is finished. Its history holds ids and times, nothing personal.
 */
export async function earlierLead(input: EarlierLeadInput): Promise<{ attempts: number }> {
  const lead: Lead = {
    ...input,
    lineKind: 'retry',
    endedCalls: new Set(),
    mayClose: false,
    callbackAtMs: null,
    state: { phase: 'line', attempt: input.attempt, until: null, why: null },
  };
  handleMessages(lead);
  while (await obtainLine(lead)) {
    const next = await attemptCall(lead);
    if (next.kind === 'finished') break;
    if (!(await backOff(lead, next))) break;
  }
  enter(lead, 'finished');
  upsertSearchAttributes([{ key: stateKey, value: 'finished' }]);
  return { attempts: lead.attempt };
}

function handleMessages(lead: Lead): void {
  const mayClose = () => {
    lead.mayClose = true;
  };
  setHandler(leadStateQuery, () => lead.state);
  setHandler(lineGrantedSignal, ({ line }) => {
    lead.line = line;
  });
  setHandler(callEndedSignal, ({ callId }) => {
    lead.endedCalls.add(callId);
  });
  setHandler(campaignStoppedSignal, mayClose);
  setHandler(optedOutSignal, mayClose);
  setHandler(contactRepliedSignal, mayClose);
  setHandler(callbackRequestedSignal, ({ at }) => {
    lead.callbackAtMs = new Date(at).getTime();
  });
}

/** Says what the lead waits for, to the query and in the Web UI. */
function enter(lead: Lead, phase: LeadState['phase'], wait?: { untilMs: number; why: string }): void {
  const until = wait === undefined ? null : new Date(wait.untilMs).toISOString();
  lead.state = { phase, attempt: lead.attempt, until, why: wait?.why ?? null };
  const details = `Attempt ${lead.attempt}: ${phase.replace('_', ' ')}`;
  setCurrentDetails(wait === undefined ? details : `${details} until ${until} (${wait.why})`);
}

/** Asks the campaign for a line until it has one, and reminds it now and then. False when the lead was closed. */
async function obtainLine(lead: Lead): Promise<boolean> {
  const answered = () => lead.line !== null || lead.mayClose;
  for (
    let patienceMs = ASK_AGAIN_MS;
    lead.line === null;
    patienceMs = Math.min(patienceMs * 2, ASK_AGAIN_LIMIT_MS)
  ) {
    if (await closed(lead)) return false;
    enter(lead, 'line');
    const asked = await askForLine(lead);
    await waitFor(answered, asked ? patienceMs : CAMPAIGN_GONE_MS, 'for a line');
  }
  return true;
}

/** False when the campaign has no workflow at the moment; the sweep brings it back. */
async function askForLine({ campaignId, leadId, lineKind }: Lead): Promise<boolean> {
  try {
    const campaign = getExternalWorkflowHandle(campaignWorkflowId(campaignId));
    await campaign.signal(lineWantedSignal, { leadId, kind: lineKind });
    return true;
  } catch {
    return false;
  }
}

/** Closes the lead after a signal, if the database agrees. */
async function closed(lead: Lead): Promise<boolean> {
  if (!lead.mayClose) return false;
  lead.mayClose = false;
  return (await closeLead({ campaignId: lead.campaignId, leadId: lead.leadId })).closed;
}

async function attemptCall(lead: Lead): Promise<Next> {
  const { campaignId, leadId, attempt } = lead;
  enter(lead, 'placing');
  const placement = await placing(attempt).placeCall({ campaignId, leadId, attempt, line: lead.line ?? 0 });
  switch (placement.kind) {
    case 'never':
      return { kind: 'finished' };
    case 'wait':
      if (!placement.lineKept) lead.line = null;
      return { kind: 'again', atMs: new Date(placement.until).getTime(), why: placement.rule };
    case 'not_placed':
      lead.attempt += 1;
      if (!placement.lineKept) lead.line = null;
      if (placement.finished) return { kind: 'finished' };
      return { kind: 'again', atMs: new Date(placement.retryAt).getTime(), why: 'not placed' };
    case 'placed':
      if (!placement.ended) await waitForEnd(lead, placement);
      return await conclude(lead, placement);
  }
}

async function waitForEnd(lead: Lead, placed: PlacedCall): Promise<void> {
  const untilMs = new Date(placed.deadlineAt).getTime();
  enter(lead, 'call', { untilMs, why: 'the call must end by then' });
  await waitForCallEnd(() => lead.endedCalls.has(placed.callId), placed);
}

async function conclude(lead: Lead, placed: PlacedCall): Promise<Next> {
  const { campaignId, leadId } = lead;
  const { callId } = placed;
  for (;;) {
    const conclusion = await concludeCall({ campaignId, leadId, callId, line: lead.line ?? 0 });
    if (conclusion.kind === 'not_ended') {
      lead.endedCalls.delete(callId);
      await waitForEnd(lead, { ...placed, pollAfterMs: LOOK_AGAIN_MS });
      continue;
    }
    lead.line = null;
    await startFollowUps(conclusion.followUps);
    if (conclusion.kind === 'finished') return { kind: 'finished' };
    lead.attempt += 1;
    lead.lineKind = conclusion.line;
    const why = `${conclusion.line} after ${conclusion.reach}`;
    return { kind: 'again', atMs: new Date(conclusion.at).getTime(), why };
  }
}

/** One workflow each, which outlives this one. Those that were started before are left alone. */
async function startFollowUps(followUpIds: string[] | undefined): Promise<void> {
  // Conclusions of an earlier version name none.
  if (followUpIds === undefined || followUpIds.length === 0 || !patched('follow-ups')) return;
  for (const followUpId of followUpIds) {
    try {
      await startChild(followUpWorkflow, {
        workflowId: followUpWorkflowId(followUpId),
        args: [{ followUpId }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        staticSummary: 'follow-up',
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}

/** Sleeps until the next attempt. False when the lead was closed meanwhile. */
async function backOff(lead: Lead, { atMs, why }: { atMs: number; why: string }): Promise<boolean> {
  lead.callbackAtMs = null;
  const woken = () => lead.mayClose || lead.callbackAtMs !== null;
  for (let untilMs = atMs; untilMs > Date.now(); ) {
    enter(lead, 'backing_off', { untilMs, why });
    if (lead.line === null) upsertSearchAttributes([{ key: stateKey, value: 'backing_off' }]);
    if (!(await waitFor(woken, untilMs - Date.now(), why))) break;
    if (await closed(lead)) return false;
    if (lead.callbackAtMs !== null) {
      untilMs = lead.callbackAtMs;
      lead.lineKind = 'callback';
      lead.callbackAtMs = null;
    }
  }
  if (lead.line === null) upsertSearchAttributes([{ key: stateKey, value: 'calling' }]);
  return true;
}

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  condition,
  continueAsNew,
  ParentClosePolicy,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '#activities/create-activities.ts';
import { followUpWorkflowId } from '#domain/ids.ts';
import { NO_LINE } from '#domain/lines.ts';
import { GATE_AND_DIAL, LOOK_AGAIN_MS, type PlacedCall, waitForCallEnd } from './call.ts';
import { earlierLead } from './earlier/lead.ts';
import { followUpWorkflow } from './follow-up.ts';
import {
  callbackRequestedSignal,
  callEndedSignal,
  campaignStoppedSignal,
  contactRepliedSignal,
  type LeadState,
  leadStateQuery,
  lineGrantedSignal,
  optedOutSignal,
  stateKey,
} from './messages.ts';
import { DATABASE_WORK, LINES_FROM_THE_DATABASE, waitFor } from './shared.ts';

/** A function, because the Web UI shows the attempt beside the activity. */
function placing(attempt: number) {
  const options = { ...GATE_AND_DIAL, summary: `attempt ${attempt}` };
  return proxyActivities<Pick<Activities, 'placeCall'>>(options);
}

const { concludeCall, closeLead } =
  proxyActivities<Pick<Activities, 'concludeCall' | 'closeLead'>>(DATABASE_WORK);

export interface LeadInput {
  leadId: string;
  campaignId: string;
  /** The attempt to begin with. */
  attempt: number;
  /** The number of the line that comes with the start; null when the lead waits for one. */
  line: number | null;
  /** From the run before this one: the call whose end is awaited, and whether the lead may have to close. */
  carried?: { placed: PlacedCall | null; mayClose: boolean };
}

interface Lead {
  leadId: string;
  campaignId: string;
  attempt: number;
  line: number | null;
  endedCalls: Set<string>;
  /** The campaign was stopped, the contact opted out, or the person replied: the database says whether it closes. */
  mayClose: boolean;
  state: LeadState;
}

/**
 * What follows an attempt: nothing, or another one not before a time, or the same wait in a new run. A lead that keeps
 * its line waits by itself; without one, it is due by the database, and the campaign grants it a line.
 */
type Next =
  | { kind: 'finished' }
  | { kind: 'again'; atMs: number; why: string }
  | { kind: 'new_run'; placed: PlacedCall };

/** A run with more events goes on in a new one. An attempt needs about twenty. */
const MOST_EVENTS = 500;

/**
 * One lead of a campaign: places the call, waits for its end, concludes it, and waits for a line for the next attempt
 * until the lead is finished. Its history holds ids and times, nothing personal.
 */
export async function leadWorkflow(input: LeadInput): Promise<{ attempts: number }> {
  if (!patched(LINES_FROM_THE_DATABASE)) return await earlierLead(input);
  const { leadId, campaignId, attempt, line, carried } = input;
  const lead: Lead = {
    leadId,
    campaignId,
    attempt,
    line,
    endedCalls: new Set(),
    mayClose: carried?.mayClose ?? false,
    state: { phase: 'line', attempt, until: null, why: null },
  };
  handleMessages(lead);
  let placed = carried?.placed ?? null;
  for (;;) {
    if (placed === null && lead.line === null && !(await obtainLine(lead))) break;
    const next = placed === null ? await attemptCall(lead) : await follow(lead, placed);
    if (next.kind === 'new_run') return await continueInNewRun(lead, next.placed);
    placed = null;
    if (next.kind === 'finished' || !(await backOff(lead, next))) break;
    if (mustContinue()) return await continueInNewRun(lead, null);
  }
  enter(lead, 'finished');
  upsertSearchAttributes([{ key: stateKey, value: 'finished' }]);
  return { attempts: lead.attempt };
}

/** Repeated signals count as well: whatever a run waits for, its history is bounded. */
function mustContinue(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > MOST_EVENTS;
}

async function continueInNewRun(
  { leadId, campaignId, attempt, line, mayClose }: Lead,
  placed: PlacedCall | null,
): Promise<never> {
  const carried = { placed, mayClose };
  return await continueAsNew<typeof leadWorkflow>({ leadId, campaignId, attempt, line, carried });
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
  // From earlier versions. When the lead is due is a fact of the database.
  setHandler(callbackRequestedSignal, () => {});
}

/** Says what the lead waits for, to the query and in the Web UI. */
function enter(lead: Lead, phase: LeadState['phase'], wait?: { untilMs: number; why: string }): void {
  const until = wait === undefined ? null : new Date(wait.untilMs).toISOString();
  lead.state = { phase, attempt: lead.attempt, until, why: wait?.why ?? null };
  const details = `Attempt ${lead.attempt}: ${phase.replace('_', ' ')}`;
  setCurrentDetails(wait === undefined ? details : `${details} until ${until} (${wait.why})`);
}

/** Gives the line back, unless the campaign has granted another one meanwhile. */
function giveBack(lead: Lead, line: number | null): void {
  if (lead.line === line) lead.line = null;
}

/** Waits until the campaign grants a line. False when the lead was closed. */
async function obtainLine(lead: Lead): Promise<boolean> {
  while (lead.line === null) {
    if (await closed(lead)) return false;
    if (mustContinue()) return await continueInNewRun(lead, null);
    await condition(() => lead.line !== null || lead.mayClose || mustContinue());
  }
  return true;
}

/** Closes the lead after a signal, if the database agrees. */
async function closed(lead: Lead): Promise<boolean> {
  if (!lead.mayClose) return false;
  lead.mayClose = false;
  return (await closeLead({ campaignId: lead.campaignId, leadId: lead.leadId })).closed;
}

async function attemptCall(lead: Lead): Promise<Next> {
  const { campaignId, leadId, attempt, line } = lead;
  enter(lead, 'placing');
  const placement = await placing(attempt).placeCall({ campaignId, leadId, attempt, line: line ?? NO_LINE });
  switch (placement.kind) {
    case 'never':
      return { kind: 'finished' };
    case 'wait':
      if (!placement.lineKept) giveBack(lead, line);
      return { kind: 'again', atMs: new Date(placement.until).getTime(), why: placement.rule };
    case 'not_placed':
      lead.attempt += 1;
      if (!placement.lineKept) giveBack(lead, line);
      if (placement.finished) return { kind: 'finished' };
      return { kind: 'again', atMs: new Date(placement.retryAt).getTime(), why: 'not placed' };
    case 'placed':
      return await follow(lead, placement, placement.ended);
  }
}

/** A placed call until it is concluded. */
async function follow(lead: Lead, placed: PlacedCall, ended = false): Promise<Next> {
  const { campaignId, leadId, line } = lead;
  const { callId } = placed;
  let wait = placed;
  for (let over = ended; ; over = false) {
    if (!over) await waitForEnd(lead, wait);
    if (!over && mustContinue() && !lead.endedCalls.has(callId)) return { kind: 'new_run', placed: wait };
    const conclusion = await concludeCall({ campaignId, leadId, callId, line: line ?? NO_LINE });
    if (conclusion.kind === 'not_ended') {
      lead.endedCalls.delete(callId);
      wait = { ...placed, pollAfterMs: LOOK_AGAIN_MS };
      continue;
    }
    giveBack(lead, line);
    await startFollowUps(conclusion.followUps);
    if (conclusion.kind === 'finished') return { kind: 'finished' };
    lead.attempt += 1;
    const why = `${conclusion.line} after ${conclusion.reach}`;
    return { kind: 'again', atMs: new Date(conclusion.at).getTime(), why };
  }
}

async function waitForEnd(lead: Lead, placed: PlacedCall): Promise<void> {
  const untilMs = new Date(placed.deadlineAt).getTime();
  enter(lead, 'call', { untilMs, why: 'the call must end by then' });
  await waitForCallEnd(() => lead.endedCalls.has(placed.callId) || mustContinue(), placed);
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

/** Waits for the next attempt: for its time where it has a line, else for a line. False when the lead was closed. */
async function backOff(lead: Lead, { atMs, why }: { atMs: number; why: string }): Promise<boolean> {
  enter(lead, 'backing_off', { untilMs: atMs, why });
  if (lead.line === null) {
    upsertSearchAttributes([{ key: stateKey, value: 'backing_off' }]);
    const open = await obtainLine(lead);
    if (open) upsertSearchAttributes([{ key: stateKey, value: 'calling' }]);
    return open;
  }
  while (await waitFor(() => lead.mayClose, atMs - Date.now(), why)) {
    if (await closed(lead)) return false;
  }
  return true;
}

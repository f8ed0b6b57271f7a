import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  getExternalWorkflowHandle,
  ParentClosePolicy,
  patched,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { campaignWorkflowId, followUpWorkflowId } from '#domain/ids.ts';
import type { LineKind } from '#domain/lines.ts';
import { placing, records } from './activities.ts';
import { stateKey } from './attributes.ts';
import { callOver, type PlacedCall } from './call-over.ts';
import { followUpWorkflow } from './follow-up.ts';
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
} from './messages.ts';
import { waitFor } from './waiting.ts';

export interface LeadInput {
  leadId: string;
  campaignId: string;
  /** The attempt to begin with. */
  attempt: number;
  /** The line that comes with the start, by its number; null when it must be asked for. */
  line: number | null;
}

const ASK_AGAIN_MS = 3_600_000;
const ASK_AGAIN_LIMIT_MS = 86_400_000;
const CAMPAIGN_GONE_MS = 60_000;

interface Lead extends LeadInput {
  lineKind: LineKind;
  endedCalls: Set<string>;
  /** Told to close: by a stop, an opt-out, or the person's coming back. */
  closing: boolean;
  /** A time that replaces the pending one. */
  callbackAtMs: number | null;
  state: LeadState;
}

/** What follows an attempt: nothing, or another one not before a time. */
type Next = { kind: 'finished' } | { kind: 'again'; atMs: number; why: string };

/**
 * One lead of a campaign: waits for a line, places the call, waits for its end, concludes it, and comes back
 * for the next attempt until the lead is done. Its history holds ids and times, nothing personal.
 */
export async function leadWorkflow(input: LeadInput): Promise<{ attempts: number }> {
  const lead: Lead = {
    ...input,
    lineKind: 'retry',
    endedCalls: new Set(),
    closing: false,
    callbackAtMs: null,
    state: { phase: 'line', attempt: input.attempt, until: null, why: null },
  };
  listen(lead);
  while (await obtainLine(lead)) {
    const next = await attemptCall(lead);
    if (next.kind === 'finished') break;
    if (!(await backOff(lead, next))) break;
  }
  enter(lead, 'finished');
  upsertSearchAttributes([{ key: stateKey, value: 'finished' }]);
  return { attempts: lead.attempt };
}

function listen(lead: Lead): void {
  setHandler(leadStateQuery, () => lead.state);
  setHandler(lineGrantedSignal, ({ line }) => {
    lead.line = line;
  });
  setHandler(callEndedSignal, ({ callId }) => {
    lead.endedCalls.add(callId);
  });
  setHandler(campaignStoppedSignal, () => {
    lead.closing = true;
  });
  setHandler(optedOutSignal, () => {
    lead.closing = true;
  });
  setHandler(contactRepliedSignal, () => {
    lead.closing = true;
  });
  setHandler(callbackRequestedSignal, ({ at }) => {
    lead.callbackAtMs = new Date(at).getTime();
  });
}

function enter(lead: Lead, phase: LeadState['phase'], wait?: { untilMs: number; why: string }): void {
  const until = wait === undefined ? null : new Date(wait.untilMs).toISOString();
  lead.state = { phase, attempt: lead.attempt, until, why: wait?.why ?? null };
  setCurrentDetails(
    [`Attempt ${lead.attempt}: ${phase.replace('_', ' ')}`, wait ? `until ${until} (${wait.why})` : ''].join(
      ' ',
    ),
  );
}

/** Asks the campaign for a line until it has one, reminding it now and then. False when the lead was closed. */
async function obtainLine(lead: Lead): Promise<boolean> {
  const answered = () => lead.line !== null || lead.closing;
  for (
    let patienceMs = ASK_AGAIN_MS;
    lead.line === null;
    patienceMs = Math.min(patienceMs * 2, ASK_AGAIN_LIMIT_MS)
  ) {
    if (await closed(lead)) return false;
    enter(lead, 'line');
    const heard = await askForLine(lead);
    await waitFor(answered, heard ? patienceMs : CAMPAIGN_GONE_MS, 'for a line');
  }
  return true;
}

/** False when the campaign has no workflow at the moment; the sweep brings it back. */
async function askForLine({ campaignId, leadId, lineKind }: Lead): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(campaignWorkflowId(campaignId)).signal(lineWantedSignal, {
      leadId,
      kind: lineKind,
    });
    return true;
  } catch {
    return false;
  }
}

/** Looks whether the lead, told to close, is to be closed. */
async function closed(lead: Lead): Promise<boolean> {
  if (!lead.closing) return false;
  lead.closing = false;
  return (await records.closeLead({ campaignId: lead.campaignId, leadId: lead.leadId })).closed;
}

async function attemptCall(lead: Lead): Promise<Next> {
  const { campaignId, leadId, attempt } = lead;
  const line = lead.line ?? 0;
  enter(lead, 'placing');
  const placement = await placing(attempt).placeCall({ campaignId, leadId, attempt, line });
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
      return await concludeCall(lead, placement);
  }
}

async function waitForEnd(lead: Lead, placed: PlacedCall): Promise<void> {
  const untilMs = new Date(placed.deadlineAt).getTime();
  enter(lead, 'call', { untilMs, why: 'the call must be over by then' });
  await callOver(() => lead.endedCalls.has(placed.callId), placed);
}

async function concludeCall(lead: Lead, placement: PlacedCall): Promise<Next> {
  const { campaignId, leadId } = lead;
  const { callId } = placement;
  for (;;) {
    const conclusion = await records.concludeCall({ campaignId, leadId, callId, line: lead.line ?? 0 });
    if (conclusion.kind === 'not_ended') {
      lead.endedCalls.delete(callId);
      await waitForEnd(lead, { ...placement, pollAfterMs: 1_000 });
      continue;
    }
    lead.line = null;
    await startFollowUps(conclusion.followUps);
    if (conclusion.kind === 'finished') return { kind: 'finished' };
    lead.attempt += 1;
    lead.lineKind = conclusion.line;
    return {
      kind: 'again',
      atMs: new Date(conclusion.at).getTime(),
      why: `${conclusion.line} after ${conclusion.reach}`,
    };
  }
}

/** One workflow each, which outlives this one. What cannot be started, or was before, is the sweep's. */
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
  const woken = () => lead.closing || lead.callbackAtMs !== null;
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

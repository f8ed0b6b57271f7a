import {
  allHandlersFinished,
  condition,
  continueAsNew,
  ParentClosePolicy,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
  upsertSearchAttributes,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { campaignKey, stateKey } from '#workflows/messages.ts';
import { waitFor } from '#workflows/shared.ts';
import type { FloorActivities } from './activities.ts';
import { callOverSignal, type FloorCampaign, type FloorLead, lineBackSignal } from './messages.ts';

const { feed, place, conclude, complete } = proxyActivities<FloorActivities>({
  startToCloseTimeout: '1 minute',
});

const MAX_CONCURRENT_STARTS = 50;
const MAX_READY = 200;
const READY_PER_LINE = 2;
const AUDIT_AFTER_MS = 1_000_000;

interface FloorState {
  /** Leads handed out by the feed so far. */
  fed: number;
  ready: string[];
  started: string[];
  held: [leadId: string, line: number][];
  nextLine: number;
}

/**
 * The minimum that a campaign of one-call leads asks of Temporal: the product's tasks, children, activities,
 * timers and signals in the same order, without its decisions.
 */
export async function floorCampaign(input: FloorCampaign & { carried?: FloorState }): Promise<void> {
  const { carried, ...campaign } = input;
  const state = carried ?? { fed: 0, ready: [], started: [], held: [], nextLine: 1 };
  const held = new Map(state.held);
  let changed = false;
  let timerSet = false;
  setHandler(lineBackSignal, ({ leadId, line }) => {
    if (held.get(leadId) === line) held.delete(leadId);
    changed = true;
  });
  for (;;) {
    changed = false;
    const steps: Promise<unknown>[] = [];
    while (steps.length < MAX_CONCURRENT_STARTS && held.size < campaign.lines) {
      const leadId = state.ready.shift();
      if (leadId === undefined) break;
      held.set(leadId, state.nextLine);
      state.started.push(leadId);
      steps.push(startLead({ campaignId: campaign.id, leadId, line: state.nextLine }));
      state.nextLine += 1;
    }
    if (steps.length === MAX_CONCURRENT_STARTS) changed = true;
    await Promise.all(steps);
    if (state.ready.length === 0 && held.size < campaign.lines && state.fed < campaign.leads) {
      const limit = Math.min(MAX_READY, campaign.lines * READY_PER_LINE);
      const startedLeadIds = state.started.splice(0);
      const { leadIds } = await feed({ campaign, startedLeadIds, limit, from: state.fed });
      state.ready = leadIds;
      state.fed += leadIds.length;
    } else if (!changed) {
      if (held.size === 0 && state.ready.length === 0) break;
      if (!timerSet) void sleep(AUDIT_AFTER_MS, { summary: 'until a line is overdue' });
      timerSet = true;
      await condition(() => changed);
    }
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof floorCampaign>({ ...campaign, carried: { ...state, held: [...held] } });
    }
  }
  await complete({ campaignId: campaign.id });
  upsertSearchAttributes([{ key: stateKey, value: 'completed' }]);
}

async function startLead(lead: FloorLead): Promise<void> {
  await startChild(floorLead, {
    workflowId: `lead/${lead.leadId}`,
    args: [lead],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    typedSearchAttributes: [
      { key: campaignKey, value: lead.campaignId },
      { key: stateKey, value: 'calling' },
    ],
    staticSummary: `Lead ${lead.leadId.slice(-12)}`,
  });
}

/**
 * The minimum for one lead: a call is placed, its end is signalled while a timer runs, it is concluded.
 *
 * @public The workflow bundle finds it by name.
 */
export async function floorLead(lead: FloorLead): Promise<void> {
  const ended = new Set<string>();
  setHandler(callOverSignal, ({ callId }) => {
    ended.add(callId);
  });
  const { callId, pollAfterMs } = await place(lead);
  await waitFor(() => ended.has(callId), pollAfterMs, 'for the webhook');
  await conclude(lead);
  upsertSearchAttributes([{ key: stateKey, value: 'finished' }]);
}

import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type WorkflowExecutionStatusName,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { CampaignStatus } from '#domain/campaign.ts';
import {
  campaignWorkflowId,
  leadWorkflowId,
  SWEEP_SCHEDULE_ID,
  SWEEP_WORKFLOW_ID,
  SYNC_SCHEDULE_ID,
  SYNC_WORKFLOW_ID,
  waitingWorkflowId,
} from '#domain/ids.ts';
import type { WorkflowSignals } from '#services/context.ts';
import { campaignKey, stateKey } from '#workflows/attributes.ts';
import type { campaignWorkflow } from '#workflows/campaign.ts';
import type { CampaignInput } from '#workflows/campaign-state.ts';
import type { LeadInput, leadWorkflow } from '#workflows/lead.ts';
import {
  callEndedSignal,
  campaignStoppedSignal,
  contactRepliedSignal,
  lineFreedSignal,
  optedOutSignal,
  pauseUpdate,
  progressQuery,
  resumeUpdate,
  stopUpdate,
} from '#workflows/messages.ts';

/** The workflows, as activities speak to them. */
export function createSignals(client: Client, taskQueue: string): WorkflowSignals {
  const campaign = (id: string) => client.workflow.getHandle(campaignWorkflowId(id));
  const lead = (id: string) => client.workflow.getHandle(leadWorkflowId(id));
  const attributes = (campaignId: string, state: string) => [
    { key: campaignKey, value: campaignId },
    { key: stateKey, value: state },
  ];
  return {
    lineFreed: (id, freed) => unlessGone(() => campaign(id).signal(lineFreedSignal, freed)),
    callEnded: (leadId, callId) =>
      unlessGone(() =>
        client.workflow.getHandle(waitingWorkflowId({ leadId, callId })).signal(callEndedSignal, { callId }),
      ),
    optedOut: (id) => unlessGone(() => lead(id).signal(optedOutSignal)),
    contactReplied: (id) => unlessGone(() => lead(id).signal(contactRepliedSignal)),
    campaignStopped: (id) => unlessGone(() => lead(id).signal(campaignStoppedSignal)),
    matchStatus: (id, status) => unlessGone(() => matchStatus(campaign(id), status)),
    async isRunning(workflowId) {
      try {
        const { status } = await client.workflow.getHandle(workflowId).describe();
        return isOpen(status.name);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    async startCampaign(input: CampaignInput) {
      await client.workflow.start<typeof campaignWorkflow>('campaignWorkflow', {
        workflowId: campaignWorkflowId(input.campaignId),
        taskQueue,
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        typedSearchAttributes: attributes(input.campaignId, 'running'),
        staticSummary: 'brought back by the sweep',
      });
    },
    async restartLead({ leadId, campaignId, attempt }) {
      const input: LeadInput = { leadId, campaignId, attempt, line: null };
      await client.workflow.start<typeof leadWorkflow>('leadWorkflow', {
        workflowId: leadWorkflowId(leadId),
        taskQueue,
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        typedSearchAttributes: attributes(campaignId, 'calling'),
        staticSummary: `Lead ${leadId.slice(-12)}, brought back by the sweep`,
      });
    },
  };
}

/** A workflow that is closed needs not be told anything. */
async function unlessGone(tell: () => Promise<unknown>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

function isOpen(status: WorkflowExecutionStatusName): boolean {
  return status === 'RUNNING' || status === 'PAUSED' || status === 'CONTINUED_AS_NEW';
}

async function matchStatus(
  handle: ReturnType<Client['workflow']['getHandle']>,
  status: CampaignStatus,
): Promise<void> {
  const progress = await handle.query(progressQuery);
  if (status === 'paused' && progress.status === 'running') await handle.executeUpdate(pauseUpdate);
  if (status === 'running' && progress.status === 'paused') await handle.executeUpdate(resumeUpdate);
  const unstopped =
    progress.status === 'running' || progress.status === 'paused' || progress.status === 'scheduled';
  if (status === 'stopped' && unstopped) await handle.executeUpdate(stopUpdate);
}

/** Makes sure that the sweep runs on its schedule, one at a time, at the configured interval. */
export async function ensureSweepSchedule(client: Client, taskQueue: string, everyMs: number): Promise<void> {
  const workflow = { workflowType: 'sweepWorkflow', workflowId: SWEEP_WORKFLOW_ID, args: [] };
  await ensureSchedule(client, { scheduleId: SWEEP_SCHEDULE_ID, taskQueue, everyMs, workflow });
}

/** Makes sure that the provider's conversations are walked on their schedule, one walk at a time. */
export async function ensureSyncSchedule(client: Client, taskQueue: string, everyMs: number): Promise<void> {
  const workflow = { workflowType: 'syncWorkflow', workflowId: SYNC_WORKFLOW_ID, args: [{ since: null }] };
  await ensureSchedule(client, { scheduleId: SYNC_SCHEDULE_ID, taskQueue, everyMs, workflow });
}

interface Schedule {
  scheduleId: string;
  taskQueue: string;
  everyMs: number;
  workflow: { workflowType: string; workflowId: string; args: unknown[] };
}

async function ensureSchedule(
  client: Client,
  { scheduleId, taskQueue, everyMs, workflow }: Schedule,
): Promise<void> {
  const options = {
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow' as const,
      ...workflow,
      taskQueue,
      workflowRunTimeout: '1 hour' as const,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' as const },
  };
  try {
    await client.schedule.create({ scheduleId, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update((current) => ({ ...current, ...options }));
  }
}

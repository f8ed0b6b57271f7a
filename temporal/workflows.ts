import {
  ApplicationFailure,
  type Client,
  type ConnectionLike,
  isGrpcServiceError,
  type Workflow,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import {
  callWorkflowId,
  campaignWorkflowId,
  deliveryWorkflowId,
  followUpWorkflowId,
  leadWorkflowId,
  leadWorkWorkflowId,
  messageWorkflowId,
  replyWorkflowId,
  waitingWorkflowId,
} from '#domain/ids.ts';
import { NO_LINE } from '#domain/lines.ts';
import type { CampaignStart, Reply, Workflows } from '#services/workflows.ts';
import type {
  callWorkflow,
  campaignWorkflow,
  deliveryWorkflow,
  followUpWorkflow,
  leadWorkflow,
  leadWorkWorkflow,
  messageWorkflow,
  replyWorkflow,
  syncWorkflow,
} from '#workflows/index.ts';
import {
  callbackRequestedSignal,
  callEndedSignal,
  campaignKey,
  campaignStoppedSignal,
  changedSignal,
  changeSettingsUpdate,
  contactRepliedSignal,
  deliverNowSignal,
  leadsAddedSignal,
  lineFreedSignal,
  optedOutSignal,
  pauseUpdate,
  progressQuery,
  resumeUpdate,
  stateKey,
  stopUpdate,
  WRONG_STATE,
  workAgainSignal,
} from '#workflows/messages.ts';

/** Timeouts by kind of message, in milliseconds. */
export interface Deadlines {
  queryMs: number;
  signalMs: number;
  /** Includes the time until a worker takes it. */
  updateMs: number;
}

/** For requests, whose caller is waiting. */
export const REQUEST_DEADLINES: Deadlines = { queryMs: 2_000, signalMs: 3_000, updateMs: 5_000 };
/** For activities, which can wait and are retried. */
export const ACTIVITY_DEADLINES: Deadlines = { queryMs: 10_000, signalMs: 10_000, updateMs: 10_000 };

const PING_MS = 2_000;

/** Implements `services/workflows.ts`. Closing it closes the client's connection. */
export function createWorkflows(
  client: Client,
  { taskQueue, deadlines }: { taskQueue: string; deadlines: Deadlines },
): Workflows {
  const { connection } = client;
  const within = <T>(ms: number, send: () => Promise<T>) =>
    replyWithin(ms, () => connection.withDeadline(Date.now() + ms, send));
  const signal = (send: () => Promise<unknown>) =>
    within(deadlines.signalMs, async () => void (await send()));
  const update = <T>(send: () => Promise<T>) => within(deadlines.updateMs, send);
  const campaign = (id: string) => client.workflow.getHandle(campaignWorkflowId(id));
  const lead = (id: string) => client.workflow.getHandle(leadWorkflowId(id));
  /**
   * A second start has no effect during the first run; after it, the new run finds the row finished and ends.
   */
  const once = {
    taskQueue,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  } as const;
  const start = <W extends Workflow>(type: string, options: WorkflowStartOptions<W>) =>
    signal(() => client.workflow.start<W>(type, options));
  const campaignOptions = ({ campaignId, name, lines, startAt, replace = false }: CampaignStart) => ({
    ...once,
    workflowId: campaignWorkflowId(campaignId),
    args: [{ campaignId, startAt: startAt?.toISOString() ?? null, lines }] satisfies Parameters<
      typeof campaignWorkflow
    >,
    workflowIdConflictPolicy: replace ? ('TERMINATE_EXISTING' as const) : ('USE_EXISTING' as const),
    typedSearchAttributes: attributes(campaignId, 'running'),
    staticSummary: name,
    // A campaign whose task was with a lost worker stands still until then.
    workflowTaskTimeout: '5 seconds',
  });
  return {
    startCampaign: (options) =>
      signal(() =>
        client.workflow.start<typeof campaignWorkflow>('campaignWorkflow', campaignOptions(options)),
      ),
    pauseCampaign: (id) => update(() => campaign(id).executeUpdate(pauseUpdate)),
    resumeCampaign: (id) => update(() => campaign(id).executeUpdate(resumeUpdate)),
    stopCampaign: (id) => update(() => campaign(id).executeUpdate(stopUpdate)),
    changeSettings: (id, settings) =>
      update(() => campaign(id).executeUpdate(changeSettingsUpdate, { args: [settings] })),
    campaignChanged: (id) => signal(() => campaign(id).signal(changedSignal)),
    leadsAdded: (id) => signal(() => campaign(id).signal(leadsAddedSignal)),
    progress: (id) => within(deadlines.queryMs, () => campaign(id).query(progressQuery)),
    lineFreed: (id, freed) => signal(() => campaign(id).signal(lineFreedSignal, freed)),
    startLead: ({ leadId, campaignId, attempt }) =>
      start<typeof leadWorkflow>('leadWorkflow', {
        ...once,
        workflowId: leadWorkflowId(leadId),
        args: [{ leadId, campaignId, attempt, line: NO_LINE }],
        typedSearchAttributes: attributes(campaignId, 'calling'),
        staticSummary: `Lead ${leadId.slice(-12)}, restarted by the sweep`,
      }),
    campaignStopped: (id) => signal(() => lead(id).signal(campaignStoppedSignal)),
    callNow: (id, at) => signal(() => lead(id).signal(callbackRequestedSignal, { at: at.toISOString() })),
    optedOut: (id) => signal(() => lead(id).signal(optedOutSignal)),
    contactReplied: (id) => signal(() => lead(id).signal(contactRepliedSignal)),
    callEnded: (leadId, callId) =>
      signal(() =>
        client.workflow.getHandle(waitingWorkflowId({ leadId, callId })).signal(callEndedSignal, { callId }),
      ),
    workOnLeads: (campaignId) =>
      signal(() =>
        client.workflow.signalWithStart<typeof leadWorkWorkflow>('leadWorkWorkflow', {
          taskQueue,
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowId: leadWorkWorkflowId(campaignId),
          args: [{ campaignId }],
          signal: workAgainSignal,
          signalArgs: [],
          typedSearchAttributes: [{ key: campaignKey, value: campaignId }],
          staticSummary: 'work on all leads of a campaign',
        }),
      ),
    startOneOffCall: (callId) =>
      start<typeof callWorkflow>('callWorkflow', {
        ...once,
        workflowId: callWorkflowId(callId),
        args: [{ callId }],
        staticSummary: 'one-off call',
      }),
    startFollowUp: (followUpId) =>
      start<typeof followUpWorkflow>('followUpWorkflow', {
        ...once,
        workflowId: followUpWorkflowId(followUpId),
        args: [{ followUpId }],
        staticSummary: 'follow-up',
      }),
    startDelivery: (deliveryId) =>
      signal(() =>
        client.workflow.signalWithStart<typeof deliveryWorkflow>('deliveryWorkflow', {
          taskQueue,
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowId: deliveryWorkflowId(deliveryId),
          args: [{ deliveryId }],
          signal: deliverNowSignal,
          signalArgs: [],
          staticSummary: 'outbound webhook',
        }),
      ),
    startMessage: (messageId) =>
      start<typeof messageWorkflow>('messageWorkflow', {
        ...once,
        workflowId: messageWorkflowId(messageId),
        args: [{ messageId }],
        staticSummary: 'text message',
      }),
    startReply: (messageId) =>
      start<typeof replyWorkflow>('replyWorkflow', {
        ...once,
        workflowId: replyWorkflowId(messageId),
        args: [{ messageId }],
        staticSummary: 'answer to a text',
      }),
    async sync({ workflowId, since, runId, waitMs }) {
      const started = await within(deadlines.signalMs, () =>
        client.workflow.start<typeof syncWorkflow>('syncWorkflow', {
          ...once,
          workflowId,
          args: [{ since: since?.toISOString() ?? null, runId }],
          staticSummary: 'requested through the API',
        }),
      );
      if (started.kind !== 'done') return started;
      const ended = await replyWithin(waitMs, () => started.value.result());
      return ended.kind === 'done' ? ended : { kind: 'done', value: null };
    },
    isRunning: (workflowId) => within(deadlines.queryMs, () => isRunning(client, workflowId)),
    async ping() {
      const service = (connection as ConnectionLike).workflowService;
      const reply = await within(PING_MS, () => service.getSystemInfo({}));
      if (reply.kind !== 'done') throw new Error(reply.kind === 'silent' ? reply.why : reply.kind);
    },
    close: () => connection.close(),
  };
}

function attributes(campaignId: string, state: string) {
  return [
    { key: campaignKey, value: campaignId },
    { key: stateKey, value: state },
  ];
}

/**
 * A task that failed so often will not succeed with the code that there is: the server waits longer before each
 * attempt, so that these take a minute or more.
 */
const HOPELESS_ATTEMPTS = 4;

/**
 * A workflow whose history its code cannot continue, as after a bad deployment and its rollback, would stand still for
 * ever. It is ended here, and counts as lost: the database has all that a new one needs.
 */
async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    const { status, runId, raw } = await client.workflow.getHandle(workflowId).describe();
    if ((raw.pendingWorkflowTask?.attempt ?? 0) >= HOPELESS_ATTEMPTS) {
      const why = 'Its task failed again and again: it is started anew from the database.';
      await client.workflow.getHandle(workflowId, runId).terminate(why);
      return false;
    }
    return status.name === 'RUNNING' || status.name === 'PAUSED' || status.name === 'CONTINUED_AS_NEW';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** gRPC may miss its own deadline while it connects, so this timeout applies as well. */
async function replyWithin<T>(ms: number, send: () => Promise<T>): Promise<Reply<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Reply<T>>((resolve) => {
    timer = setTimeout(resolve, ms + 250, { kind: 'silent', why: `no answer within ${ms / 1_000} s` });
  });
  try {
    return await Promise.race([
      send().then((value): Reply<T> => ({ kind: 'done', value }), classify<T>),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

function classify<T>(error: unknown): Reply<T> {
  if (error instanceof WorkflowNotFoundError) return { kind: 'absent' };
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    if (error.cause.type === WRONG_STATE) return { kind: 'refused', reason: error.cause.message };
  }
  const grpc = isGrpcServiceError(error) ? error : (error as Error | undefined)?.cause;
  return { kind: 'silent', why: isGrpcServiceError(grpc) ? `gRPC status ${grpc.code}` : 'no answer' };
}

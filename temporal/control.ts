import {
  ApplicationFailure,
  Client,
  Connection,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { Config } from '#config/config.ts';
import type { SyncCounts } from '#db/queries/sync-runs.ts';
import { campaignWorkflowId, leadWorkflowId, SEARCH_ATTRIBUTES, waitingWorkflowId } from '#domain/ids.ts';
import {
  type CampaignProgress,
  callEndedSignal,
  changeSettingsUpdate,
  contactRepliedSignal,
  type InFlight,
  leadsAddedSignal,
  optedOutSignal,
  pauseUpdate,
  progressQuery,
  resumeUpdate,
  stopUpdate,
  WRONG_STATE,
} from '#workflows/messages.ts';
import { createStarter } from './starter.ts';

/**
 * How a workflow took what it was told. `absent`: there is no such workflow running. `silent`: Temporal or the
 * workers did not answer in time, and whether the message arrives is not known.
 */
export type Told<T> =
  | { kind: 'done'; value: T }
  | { kind: 'refused'; reason: string }
  | { kind: 'absent' }
  | { kind: 'silent'; why: string };

export interface CampaignStart {
  campaignId: string;
  /** The campaign's name, shown in Temporal's Web UI. */
  name: string;
  lines: number;
  /** Null to begin at once. */
  startAt: Date | null;
  /** Put the new run in the place of one that still waits for another time. */
  replace?: boolean;
}

export interface SyncWalk {
  workflowId: string;
  since: Date | null;
  /** The run that the workflow goes on with, unless one is under way already. */
  runId: string;
  waitMs: number;
}

/** What the API says to workflows. Every method answers within seconds, also when Temporal is dead; none throws but `ping`. */
export interface CampaignControl {
  start(campaign: CampaignStart): Promise<Told<void>>;
  /** As `start`, but a run that is just about to end is told that there are leads again, and goes on. */
  reopen(campaign: CampaignStart): Promise<Told<void>>;
  pause(campaignId: string): Promise<Told<InFlight>>;
  resume(campaignId: string): Promise<Told<void>>;
  stop(campaignId: string): Promise<Told<InFlight>>;
  changeSettings(campaignId: string, settings: { lines: number }): Promise<Told<void>>;
  leadsAdded(campaignId: string): Promise<Told<void>>;
  progress(campaignId: string): Promise<Told<CampaignProgress>>;
  /** Tells whoever waits for the end of the dial: the lead's workflow, or the call's own without one. */
  callEnded(leadId: string | null, callId: string): Promise<Told<void>>;
  /** A lead that waits closes itself when the database says that its contact opted out. */
  optedOut(leadId: string): Promise<Told<void>>;
  /** A lead that waits closes itself when the database says that its contact replied. */
  contactReplied(leadId: string): Promise<Told<void>>;
  startFollowUp(followUpId: string): Promise<Told<void>>;
  startDelivery(deliveryId: string): Promise<Told<void>>;
  startMessage(messageId: string): Promise<Told<void>>;
  startReply(messageId: string): Promise<Told<void>>;
  /** Dials a call outside of campaigns, whose intent is written. */
  startCall(callId: string): Promise<Told<void>>;
  /**
   * Walks the provider's conversations, or joins the walk that is under way, and waits for its end for so long at
   * most. Null when it goes on.
   */
  sync(walk: SyncWalk): Promise<Told<SyncCounts | null>>;
  /** Resolves when the server answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const PING_MS = 2_000;
const QUERY_MS = 2_000;
const SIGNAL_MS = 3_000;
/** An update waits for a worker to take it. */
const UPDATE_MS = 5_000;
/** A dead server is given up within a second: the database holds what was asked, and the sweep tells it. */
const MOST_TRIES = 4;

const campaignKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.campaign, 'KEYWORD');
const stateKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.state, 'KEYWORD');

/** The workflows of a Temporal server, connected when first needed. */
export function createCampaignControl(config: Config['temporal']): CampaignControl {
  const connection = Connection.lazy({
    address: config.address,
    tls: config.tls,
    ...(config.apiKey === null ? {} : { apiKey: config.apiKey }),
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: MOST_TRIES }))],
    // By default gRPC comes to wait two minutes between attempts; a server that is back should be seen sooner.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 500, 'grpc.max_reconnect_backoff_ms': 3_000 },
  });
  const client = new Client({ connection, namespace: config.namespace });
  const starter = createStarter(client, config.taskQueue);
  const tell = <T>(ms: number, say: () => Promise<T>) =>
    told(ms, () => connection.withDeadline(Date.now() + ms, say));
  const campaign = (id: string) => client.workflow.getHandle(campaignWorkflowId(id));
  const startOptions = ({ campaignId, name, lines, startAt, replace = false }: CampaignStart) => ({
    workflowId: campaignWorkflowId(campaignId),
    taskQueue: config.taskQueue,
    args: [{ campaignId, startAt: startAt?.toISOString() ?? null, lines }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    workflowIdConflictPolicy: replace ? ('TERMINATE_EXISTING' as const) : ('USE_EXISTING' as const),
    typedSearchAttributes: [
      { key: campaignKey, value: campaignId },
      { key: stateKey, value: 'running' },
    ],
    staticSummary: name,
  });
  return {
    start: (start) =>
      tell(
        SIGNAL_MS,
        async () => void (await client.workflow.start('campaignWorkflow', startOptions(start))),
      ),
    reopen: (start) =>
      tell(SIGNAL_MS, async () => {
        const signal = { signal: leadsAddedSignal, signalArgs: [] as [] };
        await client.workflow.signalWithStart('campaignWorkflow', { ...startOptions(start), ...signal });
      }),
    pause: (id) => tell(UPDATE_MS, () => campaign(id).executeUpdate(pauseUpdate)),
    resume: (id) => tell(UPDATE_MS, () => campaign(id).executeUpdate(resumeUpdate)),
    stop: (id) => tell(UPDATE_MS, () => campaign(id).executeUpdate(stopUpdate)),
    changeSettings: (id, settings) =>
      tell(UPDATE_MS, () => campaign(id).executeUpdate(changeSettingsUpdate, { args: [settings] })),
    leadsAdded: (id) => tell(SIGNAL_MS, () => campaign(id).signal(leadsAddedSignal)),
    progress: (id) => tell(QUERY_MS, () => campaign(id).query(progressQuery)),
    callEnded: (leadId, callId) =>
      tell(SIGNAL_MS, () =>
        client.workflow.getHandle(waitingWorkflowId({ leadId, callId })).signal(callEndedSignal, { callId }),
      ),
    optedOut: (leadId) =>
      tell(SIGNAL_MS, () => client.workflow.getHandle(leadWorkflowId(leadId)).signal(optedOutSignal)),
    contactReplied: (leadId) =>
      tell(SIGNAL_MS, () => client.workflow.getHandle(leadWorkflowId(leadId)).signal(contactRepliedSignal)),
    startFollowUp: (id) => tell(SIGNAL_MS, () => starter.startFollowUp(id)),
    startDelivery: (id) => tell(SIGNAL_MS, () => starter.startDelivery(id)),
    startMessage: (id) => tell(SIGNAL_MS, () => starter.startMessage(id)),
    startReply: (id) => tell(SIGNAL_MS, () => starter.startReply(id)),
    startCall: (id) => tell(SIGNAL_MS, () => starter.startCall(id)),
    async sync({ workflowId, since, runId, waitMs }) {
      const started = await tell(SIGNAL_MS, () =>
        client.workflow.start('syncWorkflow', {
          workflowId,
          taskQueue: config.taskQueue,
          args: [{ since: since?.toISOString() ?? null, runId }],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: 'asked for through the API',
        }),
      );
      if (started.kind !== 'done') return started;
      const ended = await told(waitMs, async () => (await started.value.result()) as SyncCounts);
      return ended.kind === 'done' ? ended : { kind: 'done', value: null };
    },
    async ping() {
      const answer = await tell(PING_MS, () => connection.workflowService.getSystemInfo({}));
      if (answer.kind !== 'done') throw new Error(answer.kind === 'silent' ? answer.why : answer.kind);
    },
    close: () => connection.close(),
  };
}

/** gRPC's own deadline may be passed while a connection is sought, so that there is a second one above it. */
async function told<T>(ms: number, say: () => Promise<T>): Promise<Told<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Told<T>>((resolve) => {
    timer = setTimeout(resolve, ms + 250, { kind: 'silent', why: `no answer within ${ms / 1_000} s` });
  });
  try {
    return await Promise.race([say().then((value): Told<T> => ({ kind: 'done', value }), classify<T>), late]);
  } finally {
    clearTimeout(timer);
  }
}

function classify<T>(error: unknown): Told<T> {
  if (error instanceof WorkflowNotFoundError) return { kind: 'absent' };
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    if (error.cause.type === WRONG_STATE) return { kind: 'refused', reason: error.cause.message };
  }
  const grpc = isGrpcServiceError(error) ? error : (error as Error | undefined)?.cause;
  return { kind: 'silent', why: isGrpcServiceError(grpc) ? `gRPC status ${grpc.code}` : 'no answer' };
}

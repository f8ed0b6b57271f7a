import type { Client, WorkflowHandle } from '@temporalio/client';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
export type HistoryEvent = NonNullable<History['events']>[number];

/** By event type, in Temporal's words: `TimerStarted`. */
export type EventCounts = Record<string, number>;

const ATTRIBUTES = 'EventAttributes';

/** Events that always are one action. */
const ONE_ACTION: ReadonlySet<string> = new Set([
  'TimerStarted',
  'WorkflowExecutionSignaled',
  'WorkflowExecutionUpdateAccepted',
  'WorkflowExecutionOptionsUpdated',
  'NexusOperationScheduled',
  'NexusOperationCancelRequested',
]);

/** The cost of one workflow over all its runs, or of several. */
export interface HistoryCost {
  workflows: number;
  runs: number;
  events: number;
  actions: number;
  byType: EventCounts;
  actionsByType: EventCounts;
}

const NO_COST: HistoryCost = { workflows: 0, runs: 0, events: 0, actions: 0, byType: {}, actionsByType: {} };

export function sumOfCosts(costs: readonly HistoryCost[]): HistoryCost {
  return costs.reduce(
    (sum, cost) => ({
      workflows: sum.workflows + cost.workflows,
      runs: sum.runs + cost.runs,
      events: sum.events + cost.events,
      actions: sum.actions + cost.actions,
      byType: merged(sum.byType, cost.byType),
      actionsByType: merged(sum.actionsByType, cost.actionsByType),
    }),
    NO_COST,
  );
}

function merged(a: EventCounts, b: EventCounts): EventCounts {
  const sum = { ...a };
  for (const [type, count] of Object.entries(b)) sum[type] = (sum[type] ?? 0) + count;
  return sum;
}

export function perLead(counts: EventCounts, leads: number): EventCounts {
  const sorted = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return Object.fromEntries(
    sorted.map(([type, count]) => [type, Math.round((count / leads) * 1_000) / 1_000]),
  );
}

/** Reads and counts every run of a workflow, along its continuations. */
export async function costOfWorkflow(client: Client, workflowId: string): Promise<HistoryCost> {
  const costs = (await runsOf(client, workflowId)).map(costOfRun);
  return { ...sumOfCosts(costs), workflows: 1 };
}

/** When signals of this name reached a workflow, in order, in milliseconds by the server's clock. */
export async function signalTimesMs(client: Client, workflowId: string, name: string): Promise<number[]> {
  return (await eventsOf(client, workflowId))
    .filter((event) => event.workflowExecutionSignaledEventAttributes?.signalName === name)
    .map(atMs)
    .toSorted((a, b) => a - b);
}

/** The events of every run of a workflow, in order. */
async function eventsOf(client: Client, workflowId: string): Promise<HistoryEvent[]> {
  return (await runsOf(client, workflowId)).flatMap((history) => history.events ?? []);
}

/** When an event happened, in milliseconds by the server's clock. */
function atMs({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds) * 1_000 + Number(eventTime?.nanos ?? 0) / 1e6;
}

/** When activities and tasks of a workflow that a killed worker held were taken up by another. */
export async function takenUpAt(client: Client, workflowId: string, sinceMs: number): Promise<number[]> {
  const events = await eventsOf(client, workflowId);
  const again = events.filter((event, index) => isRetriedActivity(event) || followsLostTask(events, index));
  return again.map(atMs).filter((ms) => ms > sinceMs);
}

function isRetriedActivity({ activityTaskStartedEventAttributes: started }: HistoryEvent): boolean {
  return (started?.attempt ?? 1) > 1;
}

function followsLostTask(events: readonly HistoryEvent[], index: number): boolean {
  if (!events[index]?.workflowTaskStartedEventAttributes) return false;
  return events
    .slice(Math.max(0, index - 2), index)
    .some((event) => event.workflowTaskTimedOutEventAttributes);
}

async function runsOf(client: Client, workflowId: string): Promise<History[]> {
  const runs: History[] = [];
  const latest = await client.workflow.getHandle(workflowId).describe();
  let runId: string | null = latest.raw.workflowExecutionInfo?.firstRunId || latest.runId;
  while (runId !== null) {
    const history: History = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push(history);
    const last = history.events?.at(-1);
    runId = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? null;
  }
  return runs;
}

/** Counts one run's events and the actions they are billed as. */
export function costOfRun(history: History): HistoryCost {
  const events = history.events ?? [];
  const byType: EventCounts = {};
  const actionsByType: EventCounts = {};
  const tasksWithMarkers = new Set<string>();
  for (const event of events) {
    const type = typeOf(event);
    byType[type] = (byType[type] ?? 0) + 1;
    const actions = billedActions(event, tasksWithMarkers);
    if (actions > 0) actionsByType[type] = (actionsByType[type] ?? 0) + actions;
  }
  const actions = Object.values(actionsByType).reduce((sum, count) => sum + count, 0);
  return { workflows: 1, runs: 1, events: events.length, actions, byType, actionsByType };
}

/** Every event type has its own attributes, which name it: `timerStartedEventAttributes`. */
function typeOf(event: HistoryEvent): string {
  const set = Object.entries(event).find(([key, value]) => key.endsWith(ATTRIBUTES) && value);
  if (set === undefined) throw new Error(`Event ${event.eventId} has no attributes.`);
  const [name] = set;
  return name.charAt(0).toUpperCase() + name.slice(1, -ATTRIBUTES.length);
}

/**
 * Actions of one event, by Temporal Cloud's list (https://docs.temporal.io/cloud/actions, read in November
 * 2026). A start by a client or a continuation is one; a child is two, both counted at its parent's intent,
 * so that its own start is none; each attempt of an activity, each timer, signal, accepted update and upsert
 * of search attributes is one; all markers of one workflow task are one together. A signal between workflows
 * is counted where it arrives. Search attributes of a start, and the upsert of `TemporalChangeVersion`, are
 * free.
 *
 * Not in histories and not counted: heartbeats, queries, refused updates, and what a schedule adds to a start
 * (two actions a run).
 *
 * @param tasksWithMarkers workflow tasks whose markers were counted; added to
 */
function billedActions(event: HistoryEvent, tasksWithMarkers: Set<string>): number {
  const type = typeOf(event);
  switch (type) {
    case 'WorkflowExecutionStarted': {
      const started = event.workflowExecutionStartedEventAttributes;
      const continued = Boolean(started?.continuedExecutionRunId);
      return started?.parentWorkflowExecution && !continued ? 0 : 1;
    }
    case 'StartChildWorkflowExecutionInitiated':
      return 2;
    case 'ActivityTaskStarted':
      // Earlier attempts leave no event of their own.
      return event.activityTaskStartedEventAttributes?.attempt || 1;
    case 'UpsertWorkflowSearchAttributes': {
      const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
      const names = Object.keys(fields ?? {});
      return names.length === 1 && names[0] === 'TemporalChangeVersion' ? 0 : 1;
    }
    case 'MarkerRecorded': {
      const task = String(event.markerRecordedEventAttributes?.workflowTaskCompletedEventId ?? '');
      if (tasksWithMarkers.has(task)) return 0;
      tasksWithMarkers.add(task);
      return 1;
    }
    default:
      return ONE_ACTION.has(type) ? 1 : 0;
  }
}

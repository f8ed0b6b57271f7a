import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  upsertSearchAttributes,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '#activities/create-activities.ts';
import type { CampaignAction } from '#domain/campaign.ts';
import { leadWorkflowId } from '#domain/ids.ts';
import type { Grant } from '#domain/lines.ts';
import { type CampaignInput, CampaignState } from './campaign-state.ts';
import { earlierCampaign } from './earlier/campaign.ts';
import type { EarlierCampaignInput } from './earlier/campaign-state.ts';
import { leadWorkflow } from './lead.ts';
import {
  campaignKey,
  changedSignal,
  changeSettingsUpdate,
  leadsAddedSignal,
  lineFreedSignal,
  lineGrantedSignal,
  lineWantedSignal,
  pauseUpdate,
  progressQuery,
  resumeUpdate,
  stateKey,
  stopUpdate,
  WRONG_STATE,
} from './messages.ts';
import { DATABASE_WORK, LINES_FROM_THE_DATABASE, LOST_WORKER } from './shared.ts';

const { feedCampaign, auditLines, completeCampaign, closeCampaign } =
  proxyActivities<Pick<Activities, 'feedCampaign' | 'auditLines' | 'completeCampaign' | 'closeCampaign'>>(
    DATABASE_WORK,
  );

/** Goes through all leads of the campaign, so it may take long; the heartbeat shows a lost worker soon. */
const { stopLeads } = proxyActivities<Pick<Activities, 'stopLeads'>>({
  startToCloseTimeout: '30 minutes',
  ...LOST_WORKER,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Lines handed out in one round, so that one workflow task stays small. */
const MOST_AT_ONCE = 50;

/**
 * One campaign. It does what the database says: reads it whenever it has changed or its time has come, and hands out
 * lines to leads that are due while there are free ones. Ends when no lead is open any more.
 */
export async function campaignWorkflow(input: CampaignInput): Promise<void> {
  if (!patched(LINES_FROM_THE_DATABASE)) return await earlierCampaign(input as EarlierCampaignInput);
  const campaign = new CampaignState(input, Date.now());
  handleMessages(campaign);
  const setAlarm = createAlarm(() => campaign.wake());
  while (campaign.status !== 'completed') {
    campaign.beginRound();
    await step(campaign, setAlarm);
    show(campaign);
    if (workflowInfo().continueAsNewSuggested) await continueInNewRun(campaign);
  }
  await condition(allHandlersFinished);
}

/** The one thing that is to be done now. Each takes an activity's time, or waits. */
async function step(campaign: CampaignState, setAlarm: SetAlarm): Promise<void> {
  const nowMs = Date.now();
  if (campaign.needsFeed(nowMs)) return await feed(campaign);
  if (campaign.mustStopLeads) return await stop(campaign);
  if (campaign.isWoundUp) return await close(campaign);
  if (campaign.overdueAtMs < nowMs) return await audit(campaign);
  if (campaign.seemsComplete(nowMs)) return await complete(campaign);
  await handOutLines(campaign);
  await rest(campaign, setAlarm);
}

/** Every handler only changes the state and wakes the loop, which acts on it. */
function handleMessages(campaign: CampaignState): void {
  setHandler(progressQuery, () => campaign.progress(Date.now()));
  setHandler(changedSignal, () => campaign.databaseChanged());
  setHandler(leadsAddedSignal, () => campaign.databaseChanged());
  setHandler(lineWantedSignal, (wanted) => campaign.wantLine(wanted));
  setHandler(lineFreedSignal, (freed) => campaign.freeLine(freed));
  setHandler(pauseUpdate, () => campaign.pause(), { validator: () => accept(campaign, 'pause') });
  setHandler(resumeUpdate, () => campaign.resume(), { validator: () => accept(campaign, 'resume') });
  setHandler(stopUpdate, () => campaign.stop(), { validator: () => accept(campaign, 'stop') });
  setHandler(changeSettingsUpdate, (settings) => campaign.changeSettings(settings), {
    validator: (_settings) => accept(campaign, 'changeSettings'),
  });
}

/** @throws ApplicationFailure of type WrongState, which refuses the update. */
function accept(campaign: CampaignState, action: CampaignAction): void {
  const reason = campaign.refusal(action);
  if (reason !== null) throw ApplicationFailure.nonRetryable(reason, WRONG_STATE);
}

/** Shows in the Web UI where the campaign stands. */
function show(campaign: CampaignState): void {
  const { status, lines, wantingLine, nextOpeningAt } = campaign.progress(Date.now());
  setCurrentDetails(
    [
      `**${status}**`,
      `lines in use: ${lines.inUse} of ${lines.limit}`,
      `waiting for a line: ${wantingLine}`,
      ...(nextOpeningAt === null ? [] : [`next leads at ${nextOpeningAt}`]),
    ].join('  \n'),
  );
  const shown = workflowInfo().typedSearchAttributes.get(stateKey);
  if (shown !== status) upsertSearchAttributes([{ key: stateKey, value: status }]);
}

async function feed(campaign: CampaignState): Promise<void> {
  campaign.endFeed(await feedCampaign(campaign.beginFeed()), Date.now());
}

type GrantedLead = NonNullable<ReturnType<CampaignState['takeLine']>>;

async function handOutLines(campaign: CampaignState): Promise<void> {
  const steps: Promise<void>[] = [];
  while (steps.length < MOST_AT_ONCE) {
    const next = campaign.takeLine(Date.now());
    if (next === null) break;
    steps.push(handOut(campaign, next));
  }
  if (steps.length === MOST_AT_ONCE) campaign.wake();
  await Promise.all(steps);
}

/** To the lead's workflow. One that was never started, or was lost, is started with the line. */
async function handOut(campaign: CampaignState, lead: GrantedLead): Promise<void> {
  const isNew = lead.attempt === null;
  const reached = isNew
    ? (await startLead(campaign, lead)) || (await grantLine(lead))
    : (await grantLine(lead)) || (await startLead(campaign, lead));
  if (reached) campaign.markGranted(lead);
  else campaign.takeBackLine(lead, Date.now());
}

/** False when the lead has no workflow. */
async function grantLine({ leadId, line }: Grant): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(leadWorkflowId(leadId)).signal(lineGrantedSignal, { line });
    return true;
  } catch {
    return false;
  }
}

/** False when the lead has a workflow. One that has ended is followed by another: the lead was opened again. */
async function startLead(campaign: CampaignState, { leadId, line, attempt }: GrantedLead): Promise<boolean> {
  try {
    await startChild(leadWorkflow, {
      workflowId: leadWorkflowId(leadId),
      args: [{ leadId, campaignId: campaign.id, attempt: attempt ?? 1, line }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      typedSearchAttributes: [
        { key: campaignKey, value: campaign.id },
        { key: stateKey, value: 'calling' },
      ],
      staticSummary: `Lead ${leadId.slice(-12)}`,
      staticDetails: `One lead of the campaign \`${campaign.id}\`. Its name and number are in the database only.`,
    });
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return false;
  }
}

/** Takes back the lines of leads that no longer need them but never said so. */
async function audit(campaign: CampaignState): Promise<void> {
  const leadIds = campaign.overdueLeadIds(Date.now());
  campaign.endAudit(leadIds, await auditLines({ campaignId: campaign.id, leadIds }), Date.now());
}

async function complete(campaign: CampaignState): Promise<void> {
  campaign.endCompletion(await completeCampaign({ campaignId: campaign.id }), Date.now());
}

/** After a stop: no lead is started any more, and the campaign closes when the last call has ended. */
async function stop(campaign: CampaignState): Promise<void> {
  await stopLeads({ campaignId: campaign.id });
  campaign.endStop();
}

async function close(campaign: CampaignState): Promise<void> {
  await closeCampaign({ campaignId: campaign.id });
  campaign.close();
}

type SetAlarm = (atMs: number, summary: string) => void;

/**
 * Wakes the loop at a time. A timer that is already running and fires earlier serves as well: the loop then looks
 * at what is due and sets the next one. So a busy campaign has one timer now and then, not one per message.
 */
function createAlarm(wake: () => void): SetAlarm {
  let pendingAtMs = Number.POSITIVE_INFINITY;
  return (atMs, summary) => {
    if (pendingAtMs <= atMs) return;
    pendingAtMs = atMs;
    const ring = () => {
      // An earlier timer has taken this one's place.
      if (pendingAtMs !== atMs) return;
      pendingAtMs = Number.POSITIVE_INFINITY;
      wake();
    };
    // When the workflow is cancelled, the timer is too, and there is nobody left to wake.
    void sleep(Math.max(1, atMs - Date.now()), { summary }).then(ring, () => undefined);
  };
}

/** Waits until something happens, or a time has come. */
async function rest(campaign: CampaignState, setAlarm: SetAlarm): Promise<void> {
  if (campaign.changed) return;
  show(campaign);
  const alarms = campaign.alarms(Date.now()).filter(([atMs]) => Number.isFinite(atMs));
  // The earliest first, which makes the others needless for now.
  for (const [atMs, summary] of alarms.sort(([one], [other]) => one - other)) setAlarm(atMs, summary);
  await condition(() => campaign.changed || continuesFromRest());
}

/** The suggestion may come with what wakes nobody: the end of a lead's workflow. Asked last: it leaves a marker. */
function continuesFromRest(): boolean {
  return workflowInfo().continueAsNewSuggested && patched('continues-from-rest');
}

async function continueInNewRun(campaign: CampaignState): Promise<void> {
  await condition(allHandlersFinished);
  await continueAsNew<typeof campaignWorkflow>(campaign.carry());
}

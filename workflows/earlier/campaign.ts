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

import { leadWorkflow } from '../lead.ts';
import {
  campaignKey,
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
} from '../messages.ts';
import { DATABASE_WORK, LOST_WORKER, waitFor } from '../shared.ts';
import { type EarlierCampaignInput, EarlierCampaignState } from './campaign-state.ts';

const { beginCampaign, feedLeads, auditLines, completeCampaign, closeCampaign } =
  proxyActivities<
    Pick<Activities, 'beginCampaign' | 'feedLeads' | 'auditLines' | 'completeCampaign' | 'closeCampaign'>
  >(DATABASE_WORK);

/** Goes through all leads of the campaign, so it may take long; the heartbeat shows a lost worker soon. */
const { stopLeads } = proxyActivities<Pick<Activities, 'stopLeads'>>({
  startToCloseTimeout: '30 minutes',
  ...LOST_WORKER,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Lines handed out in one round, so that one workflow task stays small. */
const MOST_AT_ONCE = 50;

/**
 * A run that was begun before who waits for a line became a fact of the database. Frozen, so that it replays: it is
 * handed over to a run of today's `campaignWorkflow` as soon as it is at work again.
 *
 * One campaign: asks the database for leads that may be called, starts a workflow for each while there are free
 * lines, and grants lines to leads that come back for another attempt. Ends when no lead is open any more.
 */
export async function earlierCampaign(input: EarlierCampaignInput): Promise<void> {
  const campaign = new EarlierCampaignState(input, Date.now());
  handleMessages(campaign);
  const setAlarm = createAlarm(() => campaign.wake());
  if (campaign.status === 'scheduled') await waitForStart(campaign, input.startAt);
  while (campaign.status !== 'completed') {
    campaign.beginRound();
    show(campaign);
    await handOutLines(campaign);
    if (campaign.status === 'stopping') return await windUp(campaign, setAlarm);
    if (campaign.needsFeed(Date.now())) await feed(campaign);
    else if (!campaign.changed && !(await complete(campaign))) await rest(campaign, setAlarm);
    // The only line that was added: the next run is one of today's.
    if (workflowInfo().continueAsNewSuggested || patched('handed-over')) await continueInNewRun(campaign);
  }
}

/** Every handler only changes the state and wakes the loop, which acts on it. */
function handleMessages(campaign: EarlierCampaignState): void {
  setHandler(progressQuery, () => campaign.progress(Date.now()));
  setHandler(leadsAddedSignal, () => campaign.leadsAdded());
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
function accept(campaign: EarlierCampaignState, action: CampaignAction): void {
  const reason = campaign.refusal(action);
  if (reason !== null) throw ApplicationFailure.nonRetryable(reason, WRONG_STATE);
}

/** Shows in the Web UI where the campaign stands. */
function show(campaign: EarlierCampaignState): void {
  const { status, lines, wantingLine, nextOpeningAt } = campaign.progress(Date.now());
  setCurrentDetails(
    [
      `**${status}**`,
      `lines in use: ${lines.inUse} of ${lines.limit}`,
      `waiting for a line: ${wantingLine}`,
      `ready to start: ${campaign.readyLeads}`,
      ...(nextOpeningAt === null ? [] : [`next leads at ${nextOpeningAt}`]),
    ].join('  \n'),
  );
  const shown = workflowInfo().typedSearchAttributes.get(stateKey);
  if (shown !== status) upsertSearchAttributes([{ key: stateKey, value: status }]);
}

async function waitForStart(campaign: EarlierCampaignState, startAt: string | null): Promise<void> {
  show(campaign);
  const untilMs = startAt === null ? 0 : new Date(startAt).getTime();
  await waitFor(() => campaign.status !== 'scheduled', untilMs - Date.now(), 'until the scheduled start');
  if (campaign.status === 'scheduled') {
    await beginCampaign({ campaignId: campaign.id });
    campaign.begin();
  }
}

async function handOutLines(campaign: EarlierCampaignState): Promise<void> {
  const steps: Promise<void>[] = [];
  while (steps.length < MOST_AT_ONCE) {
    const next = campaign.takeLine(Date.now());
    if (next === null) break;
    steps.push(next.isNew ? startLead(campaign, next) : grantLine(campaign, next));
  }
  if (steps.length === MOST_AT_ONCE) campaign.wake();
  await Promise.all(steps);
}

async function grantLine(campaign: EarlierCampaignState, grant: Grant): Promise<void> {
  try {
    const lead = getExternalWorkflowHandle(leadWorkflowId(grant.leadId));
    await lead.signal(lineGrantedSignal, { line: grant.line });
  } catch {
    // The lead's workflow is gone. If the lead is still open, the sweep starts it again.
    campaign.takeBackLine(grant);
  }
}

async function startLead(campaign: EarlierCampaignState, grant: Grant): Promise<void> {
  const { leadId, line } = grant;
  try {
    await startChild(leadWorkflow, {
      workflowId: leadWorkflowId(leadId),
      args: [{ leadId, campaignId: campaign.id, attempt: 1, line }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      typedSearchAttributes: [
        { key: campaignKey, value: campaign.id },
        { key: stateKey, value: 'calling' },
      ],
      staticSummary: `Lead ${leadId.slice(-12)}`,
      staticDetails: `One lead of the campaign \`${campaign.id}\`. Its name and number are in the database only.`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await grantLine(campaign, grant);
  }
  campaign.markStarted(leadId);
}

async function feed(campaign: EarlierCampaignState): Promise<void> {
  campaign.endFeed(await feedLeads(campaign.beginFeed()));
}

/** Completes the campaign when nothing is left to do. False when something is. */
async function complete(campaign: EarlierCampaignState): Promise<boolean> {
  if (!campaign.seemsComplete) return false;
  campaign.endCompletion(await completeCampaign({ campaignId: campaign.id }));
  if (campaign.status === 'completed') show(campaign);
  return true;
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

/** Waits until something happens, more leads may be called, or a line is held for too long. */
async function rest(campaign: EarlierCampaignState, setAlarm: SetAlarm): Promise<void> {
  if (campaign.overdueAtMs < Date.now()) return await audit(campaign);
  setAlarm(campaign.overdueAtMs, 'until a line is overdue');
  setAlarm(campaign.feedAtMs, 'until more leads may be called');
  await condition(() => campaign.changed);
}

/** Takes back the lines of leads that no longer need them but never said so. */
async function audit(campaign: EarlierCampaignState): Promise<void> {
  const leadIds = campaign.overdueLeadIds(Date.now());
  campaign.endAudit(leadIds, await auditLines({ campaignId: campaign.id, leadIds }), Date.now());
}

/** After a stop: no lead is started any more, and the campaign closes when the last call has ended. */
async function windUp(campaign: EarlierCampaignState, setAlarm: SetAlarm): Promise<void> {
  await stopLeads({ campaignId: campaign.id });
  while (campaign.inFlight > 0) {
    campaign.beginRound();
    show(campaign);
    await rest(campaign, setAlarm);
  }
  await closeCampaign({ campaignId: campaign.id });
  campaign.close();
  show(campaign);
  await condition(allHandlersFinished);
}

async function continueInNewRun(campaign: EarlierCampaignState): Promise<void> {
  await condition(allHandlersFinished);
  await continueAsNew<typeof earlierCampaign>(campaign.carry());
}

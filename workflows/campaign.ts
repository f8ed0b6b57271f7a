import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  sleep,
  startChild,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { leadWorkflowId } from '#domain/ids.ts';
import type { Grant } from '#domain/lines.ts';
import { records, stopLeads } from './activities.ts';
import { campaignKey, stateKey } from './attributes.ts';
import { begin, type Campaign, type CampaignInput, listen, show } from './campaign-state.ts';
import { leadWorkflow } from './lead.ts';
import { lineGrantedSignal } from './messages.ts';
import { waitFor } from './waiting.ts';

/** Leads kept ready per line, and at most: a page that starts them in one go, and no stale hoard. */
const READY_PER_LINE = 2;
const MOST_READY = 200;
/** Started or granted in one step, so that one workflow task stays small. */
const MOST_AT_ONCE = 50;
/**
 * One campaign: asks the database for leads that may be called, starts a workflow for each while there are
 * lines, and hands lines to those that come back for another attempt. Ends when no lead is open any more.
 */
export async function campaignWorkflow(input: CampaignInput): Promise<void> {
  const campaign = begin(input);
  listen(campaign);
  if (campaign.status === 'scheduled') await waitForStart(campaign, input.startAt);
  while (campaign.status !== 'completed') {
    campaign.stirred = false;
    show(campaign);
    await fillLines(campaign);
    if (campaign.status === 'stopping') {
      await windUp(campaign);
      return;
    }
    if (mayFeed(campaign)) await feed(campaign);
    else if (!campaign.stirred && !(await complete(campaign))) await rest(campaign);
    if (workflowInfo().continueAsNewSuggested) await handOver(campaign);
  }
}

async function waitForStart(campaign: Campaign, startAt: string | null): Promise<void> {
  show(campaign);
  const untilMs = startAt === null ? 0 : new Date(startAt).getTime();
  await waitFor(() => campaign.status !== 'scheduled', untilMs - Date.now(), 'until the set start');
  if (campaign.status === 'scheduled') {
    await records.beginCampaign({ campaignId: campaign.id });
    campaign.status = 'running';
  }
}

/** Hands free lines first to the leads that wait for one, then to new leads. */
async function fillLines(campaign: Campaign): Promise<void> {
  const { pool, ready } = campaign;
  if (campaign.status !== 'running' || campaign.mustFeed) return;
  const steps: Promise<void>[] = [];
  while (steps.length < MOST_AT_ONCE && pool.free > 0) {
    const grant = pool.grantNext(Date.now());
    if (grant !== null) {
      steps.push(sendGrant(campaign, grant));
      continue;
    }
    const leadId = ready.shift();
    if (leadId === undefined) break;
    steps.push(startLead(campaign, pool.take(leadId, Date.now())));
  }
  if (steps.length === MOST_AT_ONCE) campaign.stirred = true;
  await Promise.all(steps);
}

async function sendGrant({ pool }: Campaign, { leadId, line }: Grant): Promise<void> {
  try {
    await getExternalWorkflowHandle(leadWorkflowId(leadId)).signal(lineGrantedSignal, { line });
  } catch {
    // The lead's workflow is gone; the sweep starts it again if the lead is still open.
    pool.release(leadId, line);
  }
}

async function startLead(campaign: Campaign, grant: Grant): Promise<void> {
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
    await sendGrant(campaign, grant);
  }
  campaign.startedLeadIds.push(leadId);
}

function mayFeed({ status, ready, pool, mustFeed, feedAtMs }: Campaign): boolean {
  if (mustFeed) return true;
  return status === 'running' && ready.length === 0 && pool.free > 0 && feedAtMs <= Date.now();
}

/** Asks the database for more leads, and takes over what it says of the campaign. */
async function feed(campaign: Campaign): Promise<void> {
  const { pool } = campaign;
  const startedLeadIds = campaign.startedLeadIds;
  campaign.startedLeadIds = [];
  campaign.mustFeed = false;
  campaign.feedAtMs = Number.POSITIVE_INFINITY;
  const limit = Math.min(MOST_READY, pool.limit * READY_PER_LINE);
  const fed = await records.feedLeads({ campaignId: campaign.id, startedLeadIds, limit });
  pool.limit = fed.lines;
  campaign.longestHoldMs = fed.longestHoldMs;
  campaign.openLeads = fed.open;
  campaign.ready = fed.leadIds;
  // A signal that came meanwhile asked for another feed: it keeps its say.
  const nextMs =
    fed.leadIds.length > 0 ? 0 : fed.nextAt === null ? Number.POSITIVE_INFINITY : Date.parse(fed.nextAt);
  campaign.feedAtMs = Math.min(campaign.feedAtMs, nextMs);
  if (fed.status === 'stopped') campaign.status = 'stopping';
  else if (fed.status === 'paused') campaign.status = 'paused';
  else if (fed.status === 'running' && campaign.status === 'paused') campaign.status = 'running';
}

/** Closes the campaign when nothing is left to do. */
async function complete(campaign: Campaign): Promise<boolean> {
  const { pool, ready, openLeads, status, id } = campaign;
  const idle = pool.inUse === 0 && pool.waiting === 0 && ready.length === 0;
  if (status !== 'running' || !idle || openLeads > 0) return false;
  const { completed } = await records.completeCampaign({ campaignId: id });
  if (!completed) {
    campaign.openLeads = 1;
    campaign.feedAtMs = 0;
  } else if (!campaign.stirred) {
    campaign.status = 'completed';
    show(campaign);
  }
  return true;
}

/** Waits until something happens, leads may be called again, or a line is held for too long. */
async function rest(campaign: Campaign): Promise<void> {
  const { pool, status, feedAtMs, longestHoldMs } = campaign;
  const oldestMs = pool.oldestSinceMs();
  const auditAtMs = oldestMs === null ? Number.POSITIVE_INFINITY : oldestMs + longestHoldMs;
  if (auditAtMs <= Date.now()) return await audit(campaign);
  setAlarm(campaign, auditAtMs, 'until a line is overdue');
  if (status === 'running' && pool.free > 0) setAlarm(campaign, feedAtMs, 'until more leads may be called');
  await condition(() => campaign.stirred);
}

/**
 * Has the loop stirred at an instant. A timer that runs already and fires earlier serves as well: the loop then
 * looks what is due and sets the next one. So a busy campaign has one timer now and then, not one a message.
 */
function setAlarm(campaign: Campaign, atMs: number, summary: string): void {
  if (!Number.isFinite(atMs) || (campaign.alarmAtMs !== null && campaign.alarmAtMs <= atMs)) return;
  campaign.alarmAtMs = atMs;
  const ring = () => {
    // A later timer that was overtaken by an earlier one is not waited for any more.
    if (campaign.alarmAtMs !== atMs) return;
    campaign.alarmAtMs = null;
    campaign.stirred = true;
  };
  // Cancelled together with the workflow, it has nobody left to stir.
  void sleep(Math.max(1, atMs - Date.now()), { summary }).then(ring, () => undefined);
}

/** Takes back the lines of leads that no longer need them, though they never said so. */
async function audit({ id, pool, longestHoldMs }: Campaign): Promise<void> {
  const leadIds = pool.heldSinceBefore(Date.now() - longestHoldMs);
  if (leadIds.length === 0) return;
  const { freed } = await records.auditLines({ campaignId: id, leadIds });
  for (const leadId of leadIds) {
    if (freed.includes(leadId)) pool.drop(leadId);
    else pool.extend(leadId, Date.now());
  }
}

/** After a stop: no lead is started any more, and the campaign closes when the last call has ended. */
async function windUp(campaign: Campaign): Promise<void> {
  await stopLeads({ campaignId: campaign.id });
  while (campaign.pool.inUse > 0) {
    campaign.stirred = false;
    show(campaign);
    await rest(campaign);
  }
  await records.closeCampaign({ campaignId: campaign.id });
  campaign.status = 'completed';
  show(campaign);
  await condition(allHandlersFinished);
}

/** Goes on in a fresh history. Leads that are ready but not started are fed again. */
async function handOver(campaign: Campaign): Promise<void> {
  await condition(allHandlersFinished);
  const { id, status, pool, startedLeadIds, longestHoldMs } = campaign;
  await continueAsNew<typeof campaignWorkflow>({
    campaignId: id,
    startAt: null,
    lines: pool.limit,
    carried: { status, lines: pool.carry(), startedLeadIds, longestHoldMs },
  });
}

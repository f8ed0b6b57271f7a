import { inTransaction, type Tx } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import {
  type Campaign,
  type CampaignChange,
  changeCampaign,
  changeCampaignWhile,
  findCampaign,
  listInFlight,
  lockCampaign,
} from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { hasOpenLeads } from '#db/queries/leads.ts';
import type { Actor } from '#domain/access.ts';
import type { AttentionKind } from '#domain/attention.ts';
import { type CampaignAction, refusal } from '#domain/campaign.ts';
import type { EventType } from '#domain/events.ts';
import { raiseAttention, settleAttention } from '../attention.ts';
import type { Context } from '../context.ts';
import { invalid, notFound, reachable, unavailable, wrongState } from '../errors.ts';
import type { Reply } from '../workflows.ts';
import { announceChange, noteChange, toStart } from './changes.ts';
import { checkEnd, isPastEnd, PAST_END } from './end.ts';

const LONGEST_AHEAD_MS = 366 * 86_400_000;

/** What a person asks for, and of which campaign. */
export interface CampaignRequest {
  actor: Actor;
  campaignId: string;
}

/** The campaign, held until the transaction ends. @throws ServiceError `not-found` */
export async function holdCampaign(tx: Tx, id: string): Promise<Campaign> {
  const campaign = await lockCampaign(tx, id);
  if (campaign === null) throw notFound('campaign');
  return campaign;
}

/**
 * Starts a campaign, now or at a set time; a scheduled one may be given another time. `endAt` sets its end, or takes it
 * away with null; left out, the end stays as it is.
 *
 * @throws ServiceError `not-found`; `wrong-state`, also where it has no number to call from; `invalid-request` for a
 *   time too far ahead, or an end that is not after the start; `provider-unavailable`; `unavailable` when Temporal does not answer
 */
export async function startCampaign(
  context: Context,
  {
    actor,
    campaignId,
    at: wanted,
    endAt,
  }: CampaignRequest & { at?: Date | undefined; endAt?: Date | null | undefined },
): Promise<Campaign> {
  const at = checkStartTime(wanted, await context.now());
  const found = await findCampaign(context.db, campaignId);
  if (found === null) throw notFound('campaign');
  requirePossible('start', found);
  const chosen =
    found.phone_number_ids.length > 0 ? found.phone_number_ids : await numbersToCallFrom(context);
  // Asked before anything is written: with Temporal down, nothing has happened and the caller may try again. Should
  // it go down after this, the row says that the campaign is at work, and the sweep starts the workflow.
  await requireTemporal(context);
  const { before, campaign } = await move(
    context,
    { actor, campaignId },
    {
      action: 'start',
      event: at === null ? 'campaign.started' : 'campaign.scheduled',
      change: ({ phone_number_ids: own, end_at }, now) => ({
        ...endOf({ endAt, kept: end_at, startAt: at, now }),
        ...(at === null
          ? { status: 'running', started_at: now, start_at: null }
          : { status: 'scheduled', start_at: at }),
        phone_number_ids: own.length > 0 ? own : chosen,
      }),
    },
  );
  if (before.status === 'scheduled') await announceChange(context, campaign.id);
  else await startWorkflow(context, campaign);
  return campaign;
}

/** A campaign that was moved, and its calls under way, or about to be, when the move took effect. */
export interface MovedCampaign {
  campaign: Campaign;
  inFlight: number;
}

/** Pauses a campaign: no call is placed once this returns. @throws ServiceError `not-found` or `wrong-state` */
export async function pauseCampaign(context: Context, request: CampaignRequest): Promise<MovedCampaign> {
  const { campaign, inFlight } = await move(context, request, {
    action: 'pause',
    event: 'campaign.paused',
    change: (_campaign, now) => ({ status: 'paused', paused_at: now, pause_reason: null }),
  });
  await notifyWorkflow(context, campaign, () => context.workflows.pauseCampaign(campaign.id));
  return { campaign, inFlight };
}

/**
 * Resumes a campaign. One that was paused before its set time waits for it again.
 *
 * @throws ServiceError `not-found` or `wrong-state`
 */
export async function resumeCampaign(context: Context, request: CampaignRequest): Promise<Campaign> {
  const { campaign } = await move(context, request, {
    action: 'resume',
    event: 'campaign.resumed',
    change: (campaign, now) => {
      const { started_at, start_at } = campaign;
      if (isPastEnd(campaign, now)) throw wrongState(`${PAST_END} before it is resumed.`);
      return {
        paused_at: null,
        pause_reason: null,
        ...(started_at === null && start_at !== null && start_at > now
          ? { status: 'scheduled' }
          : { status: 'running', started_at: started_at ?? now, start_at: null }),
      };
    },
  });
  await notifyWorkflow(context, campaign, () => context.workflows.resumeCampaign(campaign.id));
  return campaign;
}

/** Stops a campaign for good: no call is placed once this returns. @throws ServiceError `not-found` or `wrong-state` */
export async function stopCampaign(context: Context, request: CampaignRequest): Promise<MovedCampaign> {
  const { campaign, inFlight } = await move(context, request, {
    action: 'stop',
    event: 'campaign.stopped',
    change: () => ({ status: 'stopped', paused_at: null, pause_reason: null }),
  });
  await notifyWorkflow(context, campaign, () => context.workflows.stopCampaign(campaign.id));
  return { campaign, inFlight };
}

/** Archives a campaign; archiving it again changes nothing. @throws ServiceError `not-found` or `wrong-state` */
export async function archiveCampaign(
  context: Pick<Context, 'db' | 'now'>,
  { actor, campaignId }: CampaignRequest,
): Promise<void> {
  await inTransaction(context.db, async (tx) => {
    const campaign = await holdCampaign(tx, campaignId);
    if (campaign.archived_at !== null) return;
    requirePossible('archive', campaign);
    const now = await context.now();
    await changeCampaign(tx, campaign, { archived_at: now, now });
    await appendEvent(tx, { type: 'campaign.archived', campaignId });
    await appendAudit(tx, { actor, action: 'campaign.archived', subject: campaignId });
  });
}

/** What a campaign pauses itself for, and under what a person finds it. */
const PAUSE_CAUSES = {
  configuration: 'campaign_fault',
  spend_limit: 'spend_limit_reached',
} as const satisfies Record<string, AttentionKind>;

/**
 * Pauses a running campaign that cannot place calls as it is set up, or has no money left for one, and puts it before a
 * person. False when it was not running: nothing is changed then.
 */
export async function pauseBySystem(
  tx: Tx,
  {
    campaignId,
    cause,
    reason,
    now,
  }: { campaignId: string; cause: keyof typeof PAUSE_CAUSES; reason: string; now: Date },
): Promise<boolean> {
  const change: CampaignChange = { status: 'paused', paused_at: now, pause_reason: reason };
  if (!(await changeCampaignWhile(tx, { id: campaignId, status: 'running', change, now }))) return false;
  const data = { cause, ...named(await listInFlight(tx, campaignId)) };
  await appendEvent(tx, { type: 'campaign.paused', campaignId, data });
  const kind = PAUSE_CAUSES[cause];
  await raiseAttention(tx, { kind, subject: campaignId, campaignId, detail: reason });
  await noteChange(tx, campaignId);
  return true;
}

/** Lets a scheduled campaign dial whose set time has come; any other stays as it is. */
export async function beginCampaign(
  context: Pick<Context, 'db' | 'now'>,
  { campaignId }: { campaignId: string },
): Promise<void> {
  const isDue = ({ status, start_at }: Campaign, now: Date) =>
    status === 'scheduled' && (start_at === null || start_at <= now);
  const found = await findCampaign(context.db, campaignId);
  if (found === null || !isDue(found, await context.now())) return;
  await inTransaction(context.db, async (tx) => {
    const campaign = await holdCampaign(tx, campaignId);
    const now = await context.now();
    if (!isDue(campaign, now)) return;
    await changeCampaign(tx, campaign, { status: 'running', started_at: now, now });
    await appendEvent(tx, { type: 'campaign.started', campaignId });
  });
}

/** Completes a running campaign that has no open lead. False when it has one, or is not running. */
export async function completeCampaign(
  context: Pick<Context, 'db' | 'now'>,
  { campaignId }: { campaignId: string },
): Promise<{ completed: boolean }> {
  const now = await context.now();
  return await inTransaction(context.db, async (tx) => {
    const campaign = await holdCampaign(tx, campaignId);
    if (campaign.status === 'completed') return { completed: true };
    if (campaign.status !== 'running' || (await hasOpenLeads(tx, campaignId))) {
      return { completed: false };
    }
    await changeCampaign(tx, campaign, { status: 'completed', finished_at: now, now });
    await appendEvent(tx, { type: 'campaign.completed', campaignId });
    return { completed: true };
  });
}

interface Transition {
  action: CampaignAction;
  event: EventType;
  change: (campaign: Campaign, now: Date) => CampaignChange;
}

/**
 * Moves a campaign to another status, in the database alone. The gate reads the status under the same lock, so
 * once this has committed it is in force: no call is placed against it, whether the workflow is notified or not.
 *
 * @throws ServiceError `not-found` or `wrong-state`
 */
async function move(
  context: Pick<Context, 'db' | 'now'>,
  { actor, campaignId }: CampaignRequest,
  { action, event, change }: Transition,
): Promise<MovedCampaign & { before: Campaign }> {
  return await inTransaction(context.db, async (tx) => {
    const before = await holdCampaign(tx, campaignId);
    requirePossible(action, before);
    const now = await context.now();
    const campaign = await changeCampaign(tx, before, { ...change(before, now), now });
    const inFlight = await listInFlight(tx, campaignId);
    if (before.status === 'paused') await settlePause(tx, campaignId, action);
    const halts = action === 'pause' || action === 'stop';
    await appendEvent(tx, { type: event, campaignId, ...(halts ? { data: named(inFlight) } : {}) });
    await appendAudit(tx, { actor, action: event, subject: campaignId });
    await noteChange(tx, campaignId);
    return { before, campaign, inFlight: inFlight.length };
  });
}

/** Whoever resumes or stops a campaign has seen why it paused itself. */
async function settlePause(tx: Tx, campaignId: string, action: CampaignAction): Promise<void> {
  const settlement = action === 'stop' ? 'The campaign was stopped.' : 'The campaign was resumed.';
  for (const kind of Object.values(PAUSE_CAUSES)) {
    await settleAttention(tx, { kind, subject: campaignId, settlement });
  }
}

/** The calls that a halt finds in flight: no dial follows it but theirs. */
function named(inFlight: string[]) {
  return { inFlight: inFlight.length, inFlightCallIds: inFlight };
}

function requirePossible(action: CampaignAction, campaign: Campaign): void {
  const reason =
    campaign.archived_at !== null ? 'The campaign is archived.' : refusal(action, campaign.status);
  if (reason !== null) throw wrongState(reason);
}

/** The campaign's end from its start on: the one that is asked for, or the one that was set before. */
function endOf({
  endAt,
  kept,
  startAt,
  now,
}: {
  endAt: Date | null | undefined;
  kept: Date | null;
  startAt: Date | null;
  now: Date;
}): CampaignChange {
  if (endAt !== undefined) return { end_at: checkEnd(endAt, { startAt, now }), ended_at: null };
  if (kept !== null && kept <= (startAt ?? now)) {
    const message = `must be sent, since the end that is set, ${kept.toISOString()}, is not after the start; null sets none`;
    throw invalid([{ path: 'endAt', message }]);
  }
  return {};
}

/** The set time, or null for now. */
function checkStartTime(at: Date | undefined, now: Date): Date | null {
  if (at === undefined || at <= now) return null;
  if (at.getTime() - now.getTime() > LONGEST_AHEAD_MS) {
    throw invalid([{ path: 'at', message: 'is more than a year ahead' }]);
  }
  return at;
}

/** Every number of the provider that can dial out. */
async function numbersToCallFrom({ voice }: Pick<Context, 'voice'>): Promise<string[]> {
  const numbers = await reachable(() => voice.listPhoneNumbers());
  const ids = numbers
    .filter(({ supportsOutbound }) => supportsOutbound)
    .map(({ phoneNumberId }) => phoneNumberId);
  if (ids.length === 0) {
    throw wrongState('The provider has no number that can dial out: set phoneNumberIds.');
  }
  return ids;
}

async function requireTemporal({ workflows }: Pick<Context, 'workflows'>): Promise<void> {
  try {
    await workflows.ping();
  } catch {
    throw unavailable('Temporal does not answer, so the campaign was not started.');
  }
}

/** One that could not be started now is started by the sweep. */
async function startWorkflow(
  { workflows, logger }: Pick<Context, 'workflows' | 'logger'>,
  campaign: Campaign,
): Promise<void> {
  const reply = await workflows.startCampaign(toStart(campaign));
  if (reply.kind !== 'done') {
    logger.warn({ campaignId: campaign.id, reply: reply.kind }, 'the campaign workflow was not started yet');
  }
}

/**
 * Notifies the workflow of a change that the database holds already, and that is in force by that. A missing workflow
 * is started: it reads where it stands. One that refuses has not read the database, or has seen the change by itself:
 * it reads it again. Silence is no failure, since the sweep notifies it again.
 */
async function notifyWorkflow(
  context: Pick<Context, 'db' | 'workflows' | 'logger'>,
  campaign: Campaign,
  send: () => Promise<Reply<unknown>>,
): Promise<void> {
  const reply = await send();
  switch (reply.kind) {
    case 'done':
      return;
    case 'refused':
      await announceChange(context, campaign.id);
      return;
    case 'absent':
      await startWorkflow(context, campaign);
      return;
    case 'silent':
      context.logger.warn(
        { campaignId: campaign.id, why: reply.why },
        'the campaign workflow was not notified yet',
      );
      return;
  }
}

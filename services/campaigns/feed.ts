import { findCampaign, markSeen, readGeneration } from '#db/queries/campaigns.ts';
import {
  countOpenLeads,
  holdForWindow,
  leadsInState,
  queueLeads,
  readDueLeads,
  readNextDueAt,
} from '#db/queries/leads.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import { leadWorkflowId } from '#domain/ids.ts';
import { STARTED_LEAD_STATES } from '#domain/lead.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { isOpen, nextOpening } from '#domain/window.ts';
import { longestCallMs, windowOf } from '../calls/gate.ts';
import type { Context } from '../context.ts';
import { notFound } from '../errors.ts';
import { finishWaitingLeads } from '../leads/steps.ts';
import { reached } from '../workflows.ts';
import { countAffordable } from './spend.ts';

export interface FeedRequest {
  campaignId: string;
  /** Leads whose workflow was started since the last feed. */
  startedLeadIds: string[];
  /** Leads to hand out, at most. */
  limit: number;
}

export interface Feed {
  leadIds: string[];
  /** ISO time at which the next waiting lead may be called, when none can now; null when none waits. */
  nextAt: string | null;
  /** Leads that are not finished. */
  open: number;
  status: CampaignStatus;
  lines: number;
  /** Longer than this no lead holds a line. */
  longestHoldMs: number;
}

const PAGE = 1_000;
const MOST_PAGES = 20;
/** Until the next look for money, when the next call waits for a charge. */
const SPEND_LOOK_AGAIN_MS = 30_000;
/** When no hour is ever allowed for a lead, it is looked at again after this; the rules may have changed. */
const NEVER_OPEN_RETRY_MS = 86_400_000;

/**
 * The next leads that may be called now, oldest first. Leads outside their window are put off to its opening and
 * cost nothing until then. Hands out the same leads again until their workflows are said to be started.
 */
export async function feedLeads(
  context: Context,
  { campaignId, startedLeadIds, limit }: FeedRequest,
): Promise<Feed> {
  const { db } = context;
  const now = await context.now();
  await queueLeads(db, startedLeadIds, now);
  // Read first: a change that comes later is counted as not seen.
  const generation = await readGeneration(db, campaignId);
  const campaign = await findCampaign(db, campaignId);
  if (campaign === null) throw notFound('campaign');
  const { status, settings } = campaign;
  const affordable = await countAffordable(context, campaign, now);
  const { leadIds, more } = await callableLeads(context, {
    campaignId,
    settings,
    limit: Math.min(limit, affordable),
    now,
  });
  const nextAt = more ? now : await readNextDueAt(db, campaignId);
  const feed = {
    leadIds,
    // A charge that comes after its call has ended wakes nobody.
    nextAt: (affordable > 0 ? nextAt : new Date(now.getTime() + SPEND_LOOK_AGAIN_MS))?.toISOString() ?? null,
    open: await countOpenLeads(db, campaignId),
    status,
    lines: settings.lines,
    longestHoldMs: longestHoldMs(context, settings),
  };
  await markSeen(db, campaignId, generation);
  return feed;
}

/** Which of these leads need their line no longer: they are not on a call or waiting for one, or have no workflow. */
export async function auditLines(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  { leadIds }: { campaignId: string; leadIds: string[] },
): Promise<{ freed: string[] }> {
  const holding = await leadsInState(db, { ids: leadIds }, ['queued', 'calling', 'waiting']);
  const alive = new Set<string>();
  for (const id of holding) {
    if (await reached(workflows.isRunning(leadWorkflowId(id)))) alive.add(id);
  }
  return { freed: leadIds.filter((id) => !alive.has(id)) };
}

/**
 * After a stop: ends every lead whose workflow was never started, and notifies those that wait between attempts.
 * Calls under way are left to end.
 */
export async function stopLeads(
  context: Pick<Context, 'db' | 'workflows' | 'now' | 'heartbeat'>,
  { campaignId }: { campaignId: string },
): Promise<void> {
  await finishWaitingLeads(context.db, {
    campaignId,
    outcome: 'stopped',
    detail: 'The campaign was stopped.',
    now: await context.now(),
  });
  const started = await leadsInState(context.db, { campaignId }, STARTED_LEAD_STATES);
  for (const id of started) {
    context.heartbeat();
    await reached(context.workflows.campaignStopped(id));
  }
}

interface Feeding {
  campaignId: string;
  settings: CampaignSettings;
  limit: number;
  now: Date;
}

/** `more` says that others may be callable now, too: the limit or the number of pages ended the search. */
async function callableLeads(
  { db }: Pick<Context, 'db'>,
  { campaignId, settings, limit, now }: Feeding,
): Promise<{ leadIds: string[]; more: boolean }> {
  const leadIds: string[] = [];
  for (let page = 0; page < MOST_PAGES && leadIds.length < limit; page += 1) {
    const size = page === 0 ? limit : PAGE;
    const due = await readDueLeads(db, { campaignId, now, limit: size, without: leadIds });
    if (due.length === 0) return { leadIds, more: false };
    const shut = new Map<string, { zones: string[]; ids: string[] }>();
    for (const { id, zones } of due) {
      if (isOpen({ ...windowOf(settings, zones, now), at: now })) {
        if (leadIds.length < limit) leadIds.push(id);
        continue;
      }
      const group = shut.get(zones.join()) ?? { zones, ids: [] };
      group.ids.push(id);
      shut.set(zones.join(), group);
    }
    for (const { ids, zones } of shut.values()) {
      await holdForWindow(db, ids, windowHold(settings, zones, now));
    }
  }
  return { leadIds, more: leadIds.length < limit };
}

function windowHold(
  settings: CampaignSettings,
  zones: readonly string[],
  now: Date,
): { until: Date; detail: string } {
  const opening = nextOpening({ ...windowOf(settings, zones, now), from: now });
  const where = zones.length === 0 ? 'no zone is known' : zones.slice(0, 4).join(', ');
  if (opening !== null) return { until: opening, detail: `Outside the calling window (${where}).` };
  return {
    until: new Date(now.getTime() + NEVER_OPEN_RETRY_MS),
    detail: `No hour is allowed in every zone (${where}).`,
  };
}

function longestHoldMs(context: Context, settings: CampaignSettings): number {
  const { dialTimeoutMs, reconcileForMs, pollEveryMs, callMarginMs } = context.timeouts;
  return longestCallMs(context, settings) + dialTimeoutMs + reconcileForMs + pollEveryMs + callMarginMs;
}

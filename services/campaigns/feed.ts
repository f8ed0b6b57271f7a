import { readNextAttempts } from '#db/queries/calls.ts';
import {
  type Campaign,
  findCampaign,
  markSeen,
  readGeneration,
  readLeadsInCall,
  readLinesLeft,
} from '#db/queries/campaigns.ts';
import {
  type DueLead,
  hasOpenLeads,
  holdForWindow,
  leadsInState,
  queueLeads,
  readDueLeads,
  readNextDueAt,
  requeueLeads,
} from '#db/queries/leads.ts';
import { callingHours } from '#domain/calling-hours.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import { leadWorkflowId } from '#domain/ids.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { longestCallMs } from '../calls/gate.ts';
import type { Context } from '../context.ts';
import { notFound } from '../errors.ts';
import { reached } from '../workflows.ts';
import { endCampaign } from './end.ts';
import { countAffordable } from './spend.ts';
import { beginCampaign } from './transitions.ts';
import { windowHold } from './window-hold.ts';

export interface FeedRequest {
  campaignId: string;
  /** Leads that got a line since the last feed, each with the time by which it was due. */
  granted: [leadId: string, dueMs: number][];
  /** Leads to hand out, at most. */
  limit: number;
  /** The workflow does not know who waited for a line before it. */
  recover?: boolean;
}

/** What the database says of a campaign to its workflow. Times are ISO. */
export interface CampaignFeed {
  status: CampaignStatus;
  /** The count of the campaign's changes that this is true for. */
  generation: number;
  /** Leads that may be given a line now, in this order. `attempt`: its next one; null for a lead without a workflow. */
  leads: { leadId: string; dueMs: number; attempt: number | null }[];
  /** There may be others like them. */
  more: boolean;
  /** When the next lead falls due, after now; null when none will. */
  nextAt: string | null;
  /** There is money for these leads only: a call that ends may make room for others. */
  awaitsCharge: boolean;
  /** When the campaign begins or ends by itself; null when it does not. */
  turnAt: string | null;
  hasOpenLeads: boolean;
  lines: number;
  /** Lines that the other calls of the workspace leave to it; one at least, so that it goes on asking. */
  room: number;
  callsPerSecond: number;
  /** Longer than this no lead holds a line without being looked at. */
  longestHoldMs: number;
  /** Where it recovers: leads in a call, which hold a line. */
  inCall?: string[];
}

const PAGE = 1_000;
const MOST_PAGES = 20;
/** Until the next look for money, when the next call waits for a charge. */
const SPEND_LOOK_AGAIN_MS = 30_000;
/** As above, while those who have money are on their way to the gate, where it is reserved. */
const SPENT_SOON_MS = 2_000;

/**
 * Reads for a campaign's workflow what it is to do, and the next leads that are due. A start or an end whose time has
 * come takes place here. Leads outside their window are put off to its opening and cost nothing until then. Hands out the same
 * leads again until they are said to have a line.
 */
export async function feedCampaign(
  context: Context,
  { campaignId, granted, limit, recover = false }: FeedRequest,
): Promise<CampaignFeed> {
  const { db } = context;
  await queueLeads(db, granted, await context.now());
  if (recover) await requeueAll(context, campaignId);
  const isOver = await endCampaign(context, { campaignId });
  if (!isOver) await beginCampaign(context, { campaignId });
  // Read first: a change that comes later is counted as not seen.
  const generation = await readGeneration(db, campaignId);
  const campaign = await findCampaign(db, campaignId);
  if (campaign === null) throw notFound('campaign');
  const { status, settings } = campaign;
  const now = await context.now();
  const mayCall = status === 'running' && !isOver;
  const affordable = mayCall ? await countAffordable(context, campaign, now) : 0;
  const { due, more } = await callableLeads(context, {
    campaignId,
    settings,
    limit: Math.min(limit, affordable),
    now,
  });
  const awaitsCharge = mayCall && affordable < limit;
  const feed: CampaignFeed = {
    status,
    generation,
    leads: await withAttempts(context, due),
    more: more && !awaitsCharge,
    nextAt: mayCall ? toIso(await nextLookAt(context, { campaignId, now, affordable, awaitsCharge })) : null,
    awaitsCharge,
    turnAt: isOver ? null : toIso(nextTurnOf(campaign)),
    hasOpenLeads: await hasOpenLeads(db, campaignId),
    lines: settings.lines,
    room: Math.max(1, await readLinesLeft(db, campaignId)),
    callsPerSecond: settings.callsPerSecond,
    longestHoldMs: longestHoldMs(context, settings),
    ...(recover ? { inCall: await readLeadsInCall(db, campaignId) } : {}),
  };
  // Finishing them may take long. What is not started here is started by the sweep.
  if (isOver && feed.hasOpenLeads) await context.workflows.workOnLeads(campaignId);
  await markSeen(db, campaignId, generation);
  // Of several unread changes only the first is announced: one that came during this feed is read by the next.
  const isOutdated = (await readGeneration(db, campaignId)) > generation;
  return isOutdated ? { ...feed, turnAt: now.toISOString() } : feed;
}

/** When the campaign begins or ends by itself. */
function nextTurnOf({ status, start_at, end_at }: Campaign): Date | null {
  if (status !== 'scheduled' || start_at === null) return end_at;
  return end_at !== null && end_at < start_at ? end_at : start_at;
}

/** Whoever was on the way to the gate when the campaign's workflow was lost is due again, page by page. */
async function requeueAll({ db, now }: Pick<Context, 'db' | 'now'>, campaignId: string): Promise<void> {
  for (;;) {
    if ((await requeueLeads(db, { campaignId, now: await now(), limit: PAGE })) < PAGE) return;
  }
}

/** Which attempt a lead makes next, for those that may have a workflow. */
async function withAttempts(
  { db }: Pick<Context, 'db'>,
  due: readonly DueLead[],
): Promise<CampaignFeed['leads']> {
  const started = due.filter((lead) => lead.started).map(({ id }) => id);
  const attempts = await readNextAttempts(db, started);
  return due.map(({ id, dueMs, started: again }) => ({
    leadId: id,
    dueMs,
    attempt: again ? (attempts.get(id) ?? 1) : null,
  }));
}

/** When the next lead falls due, or money is looked for again; null when neither is awaited. */
async function nextLookAt(
  { db }: Pick<Context, 'db'>,
  {
    campaignId,
    now,
    affordable,
    awaitsCharge,
  }: { campaignId: string; now: Date; affordable: number; awaitsCharge: boolean },
): Promise<Date | null> {
  const dueAt = await readNextDueAt(db, campaignId, now);
  if (!awaitsCharge) return dueAt;
  const lookAt = new Date(now.getTime() + (affordable > 0 ? SPENT_SOON_MS : SPEND_LOOK_AGAIN_MS));
  return dueAt !== null && dueAt < lookAt ? dueAt : lookAt;
}

function toIso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
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
): Promise<{ due: DueLead[]; more: boolean }> {
  const callable: DueLead[] = [];
  if (limit === 0) return { due: callable, more: false };
  for (let page = 0; page < MOST_PAGES && callable.length < limit; page += 1) {
    const size = page === 0 ? limit : PAGE;
    const without = callable.map(({ id }) => id);
    const due = await readDueLeads(db, { campaignId, now, limit: size, without });
    if (due.length === 0) return { due: callable, more: false };
    const shut = new Map<string, { zones: string[]; ids: string[] }>();
    for (const lead of due) {
      const { id, zones } = lead;
      if (callingHours(settings, zones, now).open) {
        if (callable.length < limit) callable.push(lead);
        continue;
      }
      const group = shut.get(zones.join()) ?? { zones, ids: [] };
      group.ids.push(id);
      shut.set(zones.join(), group);
    }
    for (const { ids, zones } of shut.values()) {
      await holdForWindow(db, ids, windowHold(settings, zones, now));
    }
    if (due.length < size && shut.size === 0) return { due: callable, more: false };
  }
  return { due: callable, more: true };
}

function longestHoldMs(context: Context, settings: CampaignSettings): number {
  const { dialTimeoutMs, reconcileForMs, pollEveryMs, callMarginMs } = context.timeouts;
  return longestCallMs(context, settings) + dialTimeoutMs + reconcileForMs + pollEveryMs + callMarginMs;
}

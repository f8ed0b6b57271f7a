import { type Db, inTransaction, type Tx } from '#db/client.ts';
import { currentSettings, hasOpenCall, markFinished } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import {
  campaignsWithLeadWork,
  closingLeads,
  finishPage,
  type HeldLead,
  type IdleState,
  type JudgedLead,
  lockHeldLeads,
  markClosed,
  markJudged,
  readCampaignRow,
  setJudgedLeads,
  settingsBetween,
} from '#db/queries/lead-work.ts';
import { callingHours } from '#domain/calling-hours.ts';
import type { HoldRule } from '#domain/gate.ts';
import { leadWorkWorkflowId } from '#domain/ids.ts';
import { rulesToJudgeAnew } from '#domain/judging.ts';
import type { LeadOutcome } from '#domain/lead.ts';
import { retryDelaySeconds } from '#domain/retry.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { concurrently } from '../concurrently.ts';
import type { Context } from '../context.ts';
import { RetryLater } from '../errors.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';
import { announceChange, noteChange } from './changes.ts';
import { endCampaign } from './end.ts';
import { windowHold } from './window-hold.ts';

type Work = Pick<Context, 'db' | 'workflows' | 'logger' | 'now' | 'heartbeat'>;

/** Rows of one transaction: gates of these leads wait no longer than it takes, and all others not at all. */
const PAGE = 1_000;
/** Workflows that are notified at a time, of leads that were finished. */
const NOTIFIED_AT_ONCE = 8;

const STOPPED = { outcome: 'stopped', detail: 'The campaign was stopped.' } as const;
const ENDED = { outcome: 'ended', detail: "The campaign's set end has passed." } as const;

/**
 * Does what is to be done to all leads of a campaign: finishes them after a stop or at its set end, or judges those
 * that are held by the settings as they were. It goes in pages that commit, holds the campaign's row in none of them,
 * and may be broken off anywhere: the rows say what is left.
 */
export async function workOnLeads(context: Work, { campaignId }: { campaignId: string }): Promise<void> {
  const campaign = await readCampaignRow(context.db, campaignId);
  if (campaign === null) return;
  if (campaign.status === 'stopped') await finishLeads(context, campaignId, STOPPED);
  else if (await endCampaign(context, { campaignId })) await finishLeads(context, campaignId, ENDED);
  else await judgeLeads(context, campaignId);
}

/** A call of a lead whose workflow was lost is concluded by the sweep. */
const LOOK_AGAIN_MS = 5_000;

/**
 * The last step of a stopped campaign: its calls have ended. A call's conclusion may have left a lead open between two
 * pages.
 *
 * @throws RetryLater `NotConcluded` while a call has no conclusion, though its line was taken back
 */
export async function closeCampaign(context: Work, { campaignId }: { campaignId: string }): Promise<void> {
  if (await hasOpenCall(context.db, campaignId)) {
    const why = 'A call of the campaign is not concluded.';
    throw new RetryLater('NotConcluded', why, { delayMs: LOOK_AGAIN_MS, expected: true });
  }
  const campaign = await readCampaignRow(context.db, campaignId);
  if (campaign?.status === 'stopped') await finishLeads(context, campaignId, STOPPED);
  await markFinished(context.db, campaignId, await context.now());
}

async function finishLeads(
  context: Work,
  campaignId: string,
  how: { outcome: LeadOutcome; detail: string },
): Promise<void> {
  let finished = 0;
  for (const state of ['waiting', 'backing_off', 'queued'] as const) {
    finished += await finishState(context, { campaignId, state, ...how });
  }
  if (finished > 0) {
    await inTransaction(context.db, (tx) => noteChange(tx, campaignId));
    await announceChange(context, campaignId);
  }
  await notifyClosing(context, campaignId);
}

async function finishState(
  context: Work,
  work: { campaignId: string; state: IdleState; outcome: LeadOutcome; detail: string },
): Promise<number> {
  let finished = 0;
  for (let after: string | null = null; ; ) {
    context.heartbeat();
    const now = await context.now();
    const ids = await inTransaction(context.db, async (tx) => {
      const page = await finishPage(tx, { ...work, after, limit: PAGE, now });
      await logFinished(tx, work, page);
      return page;
    });
    finished += ids.length;
    if (ids.length < PAGE) return finished;
    after = ids.at(-1) ?? null;
  }
}

/** Those that were never called are many, and the campaign's own event says it of them all. */
async function logFinished(
  tx: Tx,
  { campaignId, state, outcome }: { campaignId: string; state: IdleState; outcome: LeadOutcome },
  leadIds: readonly string[],
): Promise<void> {
  if (state === 'waiting') return;
  for (const leadId of leadIds) {
    await appendEvent(tx, { type: 'lead.finished', campaignId, leadId, data: { outcome } });
  }
}

/** Ends the workflows of leads that were finished in the database alone. */
async function notifyClosing(context: Work, campaignId: string): Promise<void> {
  for (let after: string | null = null; ; ) {
    const page = await closingLeads(context.db, { campaignId, after, limit: PAGE });
    const closed: string[] = [];
    try {
      await concurrently(page, NOTIFIED_AT_ONCE, async (leadId) => {
        context.heartbeat();
        await reached(context.workflows.campaignStopped(leadId));
        closed.push(leadId);
      });
    } finally {
      await markClosed(context.db, closed);
    }
    if (page.length < PAGE) return;
    after = page.at(-1) ?? null;
  }
}

const CLOSED_PER_SECOND = 200;

/** Ends the workflows of finished leads of which that failed. Returns how many were notified. */
export async function notifyClosingLeads(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  run: PartRun,
): Promise<number> {
  const limits = { name: (leadId: string) => `lead ${leadId}`, perSecond: CLOSED_PER_SECOND };
  let after: string | null = null;
  for (let notified = 0; ; ) {
    const page = await closingLeads(db, { campaignId: null, before: run.before, after, limit: PAGE });
    const closed: string[] = [];
    notified += await run.each(page, limits, async (leadId) => {
      await reached(workflows.campaignStopped(leadId));
      closed.push(leadId);
      return true;
    });
    await markClosed(db, closed);
    if (page.length < PAGE || run.isOver) return notified;
    after = page.at(-1) ?? null;
  }
}

/** Starts work on all leads where it is to be done and nobody is at it. Returns for how many campaigns. */
export async function restartLeadWork(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  run: PartRun,
): Promise<number> {
  const campaignIds = await campaignsWithLeadWork(db, { before: run.before });
  return await run.each(campaignIds, { name: (id) => `campaign ${id}` }, async (campaignId) => {
    if (await reached(workflows.isRunning(leadWorkWorkflowId(campaignId)))) return false;
    await reached(workflows.workOnLeads(campaignId));
    return true;
  });
}

/** Judges the leads that are held by rules whose settings have changed, until no newer settings come meanwhile. */
async function judgeLeads(context: Work, campaignId: string): Promise<void> {
  for (;;) {
    const { db } = context;
    const campaign = await readCampaignRow(db, campaignId);
    if (campaign === null || campaign.judged_version >= campaign.settings_version) return;
    const { settings_version: version, judged_version: from } = campaign;
    const rules = await rulesSince(db, campaignId, { from, to: version });
    const judged = rules.size === 0 || (await judgePages(context, { campaignId, version, rules }));
    if (judged && (await markJudged(db, campaignId, version))) return;
  }
}

/** A change that was taken back again counts too: leads may have been held by it meanwhile. */
async function rulesSince(
  db: Db,
  campaignId: string,
  versions: { from: number; to: number },
): Promise<Set<HoldRule>> {
  const settings = await settingsBetween(db, campaignId, versions);
  return new Set(
    settings.slice(1).flatMap((after, nth) => [...rulesToJudgeAnew(settings[nth] ?? after, after)]),
  );
}

/** False when newer settings have come: what was judged by these may be wrong already. */
async function judgePages(
  context: Work,
  { campaignId, version, rules }: { campaignId: string; version: number; rules: ReadonlySet<HoldRule> },
): Promise<boolean> {
  let moved = 0;
  for (let after: string | null = null; ; ) {
    context.heartbeat();
    const now = await context.now();
    const page = await inTransaction(context.db, async (tx) => {
      const current = await currentSettings(tx, campaignId);
      if (current.version !== version) return 'outdated' as const;
      const wanted = { campaignId, rules: [...rules], version, after, limit: PAGE, now };
      const held = await lockHeldLeads(tx, wanted);
      const leads = held.flatMap((lead) => judge(lead, current.settings, now) ?? []);
      await setJudgedLeads(tx, { leads, version });
      const isNews = leads.length > 0 && (await noteChange(tx, campaignId)).isFirst;
      moved += leads.length;
      return { held, isNews };
    });
    if (page === 'outdated') return false;
    const isLast = page.held.length < PAGE;
    // The workflow may have begun to read before the last pages were committed.
    if (page.isNews || (isLast && moved > 0)) await announceChange(context, campaignId);
    if (isLast) return true;
    after = page.held.at(-1)?.id ?? null;
  }
}

/** Null when its time stays as it is. */
function judge(lead: HeldLead, settings: CampaignSettings, now: Date): JudgedLead | null {
  switch (lead.rule) {
    case 'window':
      return judgeWindow(lead, settings, now);
    case 'retry':
      return judgeRetry(lead, settings);
    default:
      // Only the gate can say whether a looser cap lets it through: it is asked at once.
      return { id: lead.id, until: now, rule: null, detail: null };
  }
}

function judgeWindow(
  { id, zones, until }: HeldLead,
  settings: CampaignSettings,
  now: Date,
): JudgedLead | null {
  if (callingHours(settings, zones, now).open) return { id, until: now, rule: null, detail: null };
  const hold = windowHold(settings, zones, now);
  return hold.until.getTime() === until.getTime() ? null : { id, rule: 'window', ...hold };
}

/** A retry after an attempt that was not placed has a time of its own, and one that is no longer wanted keeps its. */
function judgeRetry(
  { id, zones, until, reach, endedAt }: HeldLead,
  settings: CampaignSettings,
): JudgedLead | null {
  if (reach === null || endedAt === null) return null;
  if (reach === 'answered' || reach === 'unknown' || reach === 'not_placed') return null;
  const delaySeconds = retryDelaySeconds(reach, settings);
  if (delaySeconds === null) return null;
  const from = new Date(endedAt.getTime() + delaySeconds * 1_000);
  const at = callingHours(settings, zones, from).opensAt ?? from;
  if (at.getTime() === until.getTime()) return null;
  return { id, until: at, rule: 'retry', detail: `The last call: ${reach}.` };
}

import { v7 as uuid } from 'uuid';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type Campaign, changeCampaign, findCampaign, insertCampaign } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { Actor } from '#domain/access.ts';
import { rulesToJudgeAnew } from '#domain/judging.ts';
import {
  type CampaignSettings,
  DEFAULT_SETTINGS,
  mergeSettings,
  type SettingsChange,
} from '#domain/settings.ts';
import type { Context } from '../context.ts';
import { invalid, wrongState } from '../errors.ts';
import { announceChange, noteChange } from './changes.ts';
import { checkEnd } from './end.ts';
import { type CampaignRequest, holdCampaign } from './transitions.ts';

export interface CampaignDraft {
  name: string;
  /** The configured agent when left out. */
  agentId?: string | undefined;
  phoneNumberIds: string[];
  /** Over the default settings. */
  settings?: SettingsChange | undefined;
}

export interface CampaignUpdate extends Partial<CampaignDraft> {
  /** The set end; null for none. */
  endAt?: Date | null | undefined;
}

/** Creates a campaign, as a draft. @throws ServiceError `invalid-request` when there is no agent to call with */
export async function createCampaign(
  context: Pick<Context, 'db' | 'voice' | 'now'>,
  { actor, draft }: { actor: Actor; draft: CampaignDraft },
): Promise<Campaign> {
  const { agentId = context.voice.defaultAgentId } = draft;
  if (agentId === null) {
    throw invalid([{ path: 'agentId', message: 'is required, since no default agent is configured' }]);
  }
  const id = uuid();
  const settings = mergeSettings(DEFAULT_SETTINGS, draft.settings ?? {});
  return await inTransaction(context.db, async (tx) => {
    const { name, phoneNumberIds } = draft;
    await insertCampaign(tx, { id, name, agentId, phoneNumberIds, settings, now: await context.now() });
    await appendEvent(tx, { type: 'campaign.created', campaignId: id });
    await appendAudit(tx, { actor, action: 'campaign.created', subject: id });
    const stored = await findCampaign(tx, id);
    if (stored === null) throw new Error('A campaign that was just stored is not there.');
    return stored;
  });
}

/**
 * Changes a campaign, also while it runs. New settings become a new version, which applies from the next attempt on.
 * Leads that are held by what has changed are judged anew afterwards: the answer does not wait for that.
 *
 * @throws ServiceError `not-found`, `wrong-state` or `invalid-request`
 */
export async function updateCampaign(
  context: Pick<Context, 'db' | 'workflows' | 'logger' | 'now'>,
  { actor, campaignId, change }: CampaignRequest & { change: CampaignUpdate },
): Promise<Campaign> {
  const { name, agentId, phoneNumberIds, settings, endAt } = change;
  const { before, after, toJudge } = await inTransaction(context.db, async (tx) => {
    const before = await holdCampaign(tx, campaignId);
    if (before.archived_at !== null) throw wrongState('The campaign is archived.');
    if (phoneNumberIds?.length === 0 && before.phone_number_ids.length > 0 && before.started_at !== null) {
      throw wrongState('A campaign that was started needs a number to call from.');
    }
    const now = await context.now();
    const merged = settings === undefined ? before.settings : mergeSettings(before.settings, settings);
    const toJudge = settings !== undefined && isToJudge(before, merged);
    const after = await changeCampaign(tx, before, {
      ...(name === undefined ? {} : { name }),
      ...(agentId === undefined ? {} : { agent_id: agentId }),
      ...(phoneNumberIds === undefined ? {} : { phone_number_ids: phoneNumberIds }),
      ...(settings === undefined ? {} : { settings: merged }),
      ...(settings === undefined || toJudge ? {} : { judged_version: before.settings_version + 1 }),
      ...(endAt === undefined ? {} : { end_at: allowedEnd(before, endAt, now), ended_at: null }),
      now,
    });
    const data = { fields: Object.keys(change), settingsVersion: after.settings_version };
    await appendEvent(tx, { type: 'campaign.changed', campaignId, data });
    await appendAudit(tx, { actor, action: 'campaign.changed', subject: campaignId, data });
    if (settings !== undefined || endAt !== undefined) await noteChange(tx, campaignId);
    return { before, after, toJudge };
  });
  const isActive = after.status === 'scheduled' || after.status === 'running' || after.status === 'paused';
  if (isActive && settings !== undefined) await notifyOfSettings(context, before, after);
  else if (isActive && endAt !== undefined) await announceChange(context, campaignId);
  if (toJudge) await startLeadWork(context, campaignId);
  return after;
}

/** Whether leads may be held by the settings as they were, or by earlier ones that were not looked at yet. */
function isToJudge(before: Campaign, settings: CampaignSettings): boolean {
  if (before.judged_version < before.settings_version) return true;
  return before.started_at !== null && rulesToJudgeAnew(before.settings, settings).size > 0;
}

function allowedEnd(campaign: Campaign, endAt: Date | null, now: Date): Date | null {
  if (campaign.status === 'stopped') throw wrongState('A campaign that is stopped has no end to set.');
  if (campaign.ended_at !== null && campaign.status !== 'completed') {
    throw wrongState('The campaign has reached its set end, and completes when its last call is over.');
  }
  return checkEnd(endAt, { startAt: campaign.started_at === null ? campaign.start_at : null, now });
}

/** Work that is not started now is started by the sweep. */
async function startLeadWork(
  { workflows, logger }: Pick<Context, 'workflows' | 'logger'>,
  campaignId: string,
): Promise<void> {
  const { kind } = await workflows.workOnLeads(campaignId);
  if (kind !== 'done') logger.warn({ campaignId, reply: kind }, 'work on all leads was not started yet');
}

/** A workflow that is notified feeds at once. Its lines are in force when this returns, unless it was not reached. */
async function notifyOfSettings(
  context: Pick<Context, 'db' | 'workflows' | 'logger'>,
  before: Campaign,
  after: Campaign,
): Promise<void> {
  const { workflows, logger } = context;
  const { lines } = after.settings;
  if (lines === before.settings.lines && !hoursDiffer(before, after)) {
    await announceChange(context, after.id);
    return;
  }
  const reply = await workflows.changeSettings(after.id, { lines });
  if (reply.kind !== 'done') {
    logger.warn(
      { campaignId: after.id, reply: reply.kind },
      'the campaign workflow was not notified of its settings',
    );
  }
}

function hoursDiffer(before: Pick<Campaign, 'settings'>, after: Pick<Campaign, 'settings'>): boolean {
  return JSON.stringify(before.settings.window) !== JSON.stringify(after.settings.window);
}

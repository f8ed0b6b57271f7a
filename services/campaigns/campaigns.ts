import { v7 as uuid } from 'uuid';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type Campaign, changeCampaign, findCampaign, insertCampaign } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { releaseWindowHolds } from '#db/queries/leads.ts';
import type { Actor } from '#domain/access.ts';
import { DEFAULT_SETTINGS, mergeSettings, type SettingsChange } from '#domain/settings.ts';
import type { Context } from '../context.ts';
import { invalid, wrongState } from '../errors.ts';
import { noteChange } from './changes.ts';
import { type CampaignRequest, holdCampaign } from './transitions.ts';

export interface CampaignDraft {
  name: string;
  /** The configured agent when left out. */
  agentId?: string | undefined;
  phoneNumberIds: string[];
  /** Over the default settings. */
  settings?: SettingsChange | undefined;
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
 * Leads that wait for their hours are looked at again when these change.
 *
 * @throws ServiceError `not-found` or `wrong-state`
 */
export async function updateCampaign(
  context: Pick<Context, 'db' | 'workflows' | 'logger' | 'now'>,
  { actor, campaignId, change }: CampaignRequest & { change: Partial<CampaignDraft> },
): Promise<Campaign> {
  const { name, agentId, phoneNumberIds, settings } = change;
  const { before, after } = await inTransaction(context.db, async (tx) => {
    const before = await holdCampaign(tx, campaignId);
    if (before.archived_at !== null) throw wrongState('The campaign is archived.');
    if (phoneNumberIds?.length === 0 && before.phone_number_ids.length > 0 && before.started_at !== null) {
      throw wrongState('A campaign that was started needs a number to call from.');
    }
    const after = await changeCampaign(tx, before, {
      ...(name === undefined ? {} : { name }),
      ...(agentId === undefined ? {} : { agent_id: agentId }),
      ...(phoneNumberIds === undefined ? {} : { phone_number_ids: phoneNumberIds }),
      ...(settings === undefined ? {} : { settings: mergeSettings(before.settings, settings) }),
      now: await context.now(),
    });
    if (hoursDiffer(before, after)) await releaseWindowHolds(tx, campaignId, await context.now());
    const data = { fields: Object.keys(change), settingsVersion: after.settings_version };
    await appendEvent(tx, { type: 'campaign.changed', campaignId, data });
    await appendAudit(tx, { actor, action: 'campaign.changed', subject: campaignId, data });
    await noteChange(tx, campaignId);
    return { before, after };
  });
  await notifyOfSettings(context, before, after);
  return after;
}

/** A workflow that is notified feeds at once; one that is not reads the settings with its next feed. */
async function notifyOfSettings(
  { workflows, logger }: Pick<Context, 'workflows' | 'logger'>,
  before: Campaign,
  after: Campaign,
): Promise<void> {
  const { lines } = after.settings;
  const isActive = after.status === 'running' || after.status === 'paused';
  if (!isActive || (lines === before.settings.lines && !hoursDiffer(before, after))) return;
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

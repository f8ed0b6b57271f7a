import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type Campaign, changeCampaign, findCampaign } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { ensureContacts, insertLeads } from '#db/queries/leads.ts';
import type { NormalisedLead } from '#domain/lead-row.ts';
import { announceChange, noteChange } from '../campaigns/changes.ts';
import { isPastEnd, PAST_END } from '../campaigns/end.ts';
import { type CampaignRequest, holdCampaign } from '../campaigns/transitions.ts';
import type { Context } from '../context.ts';
import { notFound, wrongState } from '../errors.ts';

/** @throws ServiceError `not-found` or `wrong-state` when no leads can be added to the campaign */
export async function requireOpenCampaign(
  { db, now }: Pick<Context, 'db' | 'now'>,
  id: string,
): Promise<void> {
  const campaign = await findCampaign(db, id);
  if (campaign === null) throw notFound('campaign');
  requireOpen(campaign, await now());
}

/**
 * Adds leads, and notifies the campaign's workflow. Whoever is in the campaign already is a duplicate.
 *
 * @throws ServiceError `not-found` or `wrong-state`
 */
export async function addLeads(
  context: Pick<Context, 'db' | 'workflows' | 'logger' | 'now'>,
  { leads, ...request }: CampaignRequest & { leads: readonly NormalisedLead[] },
): Promise<{ accepted: number; duplicates: number }> {
  await requireOpenCampaign(context, request.campaignId);
  if (leads.length === 0) return { accepted: 0, duplicates: 0 };
  const batch = await addBatch(context, { ...request, leads });
  if (batch.isNews) await announceLeads(context, batch);
  return { accepted: batch.added.size, duplicates: leads.length - batch.added.size };
}

export interface AddedBatch {
  /** The numbers that were added; the others are in the campaign already. */
  added: Set<string>;
  campaign: Campaign;
  /** The campaign's workflow is to be notified of these leads: it has not been told of others before. */
  isNews: boolean;
}

/**
 * Adds leads in one transaction, together with the reopening of a campaign that had ended. Nobody is notified yet.
 *
 * @throws ServiceError `not-found` or `wrong-state`
 */
export async function addBatch(
  context: Pick<Context, 'db' | 'now'>,
  { actor, campaignId, leads }: CampaignRequest & { leads: readonly NormalisedLead[] },
): Promise<AddedBatch> {
  return await inTransaction(context.db, async (tx) => {
    const now = await context.now();
    await ensureContacts(
      tx,
      leads.map(({ phone }) => phone),
    );
    const campaign = await holdCampaign(tx, campaignId);
    requireOpen(campaign, now);
    const added = await insertLeads(tx, { campaignId, leads, now });
    if (added.size === 0) return { added, campaign, isNews: false };
    const data = { leads: added.size };
    await appendEvent(tx, { type: 'leads.added', campaignId, data });
    await appendAudit(tx, { actor, action: 'leads.added', subject: campaignId, data });
    const reopened = campaign.status === 'completed';
    if (reopened) await appendEvent(tx, { type: 'campaign.reopened', campaignId });
    const open = reopened
      ? await changeCampaign(tx, campaign, { status: 'running', finished_at: null, now })
      : campaign;
    const { isFirst } = await noteChange(tx, campaignId);
    return { added, campaign: open, isNews: isFirst || reopened };
  });
}

/**
 * Notifies the workflow that there are new leads, and starts the one of a campaign that had ended. The sweep does so
 * where this could not.
 */
export async function announceLeads(
  context: Pick<Context, 'db' | 'workflows' | 'logger'>,
  { campaign }: Pick<AddedBatch, 'campaign'>,
): Promise<void> {
  if (campaign.status === 'running') await announceChange(context, campaign.id);
}

function requireOpen(campaign: Campaign, now: Date): void {
  if (campaign.archived_at !== null) throw wrongState('The campaign is archived.');
  if (isPastEnd(campaign, now)) throw wrongState(`${PAST_END} before leads are added.`);
  if (campaign.status === 'stopped') {
    throw wrongState('A campaign that is stopped takes no more leads.');
  }
}

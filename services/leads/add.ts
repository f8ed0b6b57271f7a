import { inTransaction } from '#db/client.ts';
import { ensureContacts, insertLeads } from '#db/queries/add-leads.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type Campaign, changeCampaign, findCampaign } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { Actor } from '#domain/access.ts';
import type { NormalisedLead } from '#domain/lead-row.ts';
import { holdCampaign, startOf } from '../campaigns/transitions.ts';
import type { Context } from '../context.ts';
import { notFound, wrongState } from '../errors.ts';

/** The campaign, when leads can be added to it. @throws ServiceError 404 or 409 */
export async function campaignForLeads({ db }: Pick<Context, 'db'>, id: string): Promise<Campaign> {
  const campaign = await findCampaign(db, id);
  if (campaign === null) throw notFound('campaign');
  requireOpen(campaign);
  return campaign;
}

function requireOpen(campaign: Campaign): void {
  if (campaign.archived_at !== null) throw wrongState('The campaign is archived.');
  if (campaign.status === 'stopped') {
    throw wrongState('A campaign that is stopped takes no more leads.');
  }
}

export interface AddedBatch {
  /** The numbers that were added; the others are in the campaign already. */
  added: Set<string>;
  campaign: Campaign;
  /** The campaign had ended, and is at work again. */
  reopened: boolean;
}

/**
 * Adds leads in one transaction, together with the reopening of a campaign that had ended.
 *
 * @throws ServiceError 404 or 409
 */
export async function addBatch(
  context: Pick<Context, 'db' | 'now'>,
  actor: Actor,
  campaignId: string,
  leads: readonly NormalisedLead[],
): Promise<AddedBatch> {
  return await inTransaction(context.db, async (tx) => {
    const now = await context.now();
    await ensureContacts(
      tx,
      leads.map(({ phone }) => phone),
    );
    const campaign = await holdCampaign(tx, campaignId);
    requireOpen(campaign);
    const added = await insertLeads(tx, { campaignId, leads, now });
    const reopened = campaign.status === 'completed' && added.size > 0;
    if (added.size > 0) {
      const data = { leads: added.size };
      await appendEvent(tx, { type: 'leads.added', campaignId, data });
      await appendAudit(tx, { actor, action: 'leads.added', subject: campaignId, data });
    }
    if (!reopened) return { added, campaign, reopened };
    await appendEvent(tx, { type: 'campaign.reopened', campaignId });
    const open = await changeCampaign(tx, campaign, { status: 'running', finished_at: null, now });
    return { added, campaign: open, reopened };
  });
}

/** Tells the workflow that there are leads. Untold, it finds them with its next feed, or the sweep starts it. */
export async function announceLeads(
  { workflows, logger }: Pick<Context, 'workflows' | 'logger'>,
  { campaign, reopened }: Pick<AddedBatch, 'campaign' | 'reopened'>,
): Promise<void> {
  if (campaign.status !== 'running') return;
  const told = reopened
    ? await workflows.reopenCampaign(startOf(campaign))
    : await workflows.leadsAdded(campaign.id);
  if (told.kind !== 'done') {
    logger.warn(
      { campaignId: campaign.id, answer: told.kind },
      'the campaign workflow was not told of new leads',
    );
  }
}

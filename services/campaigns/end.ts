import { inTransaction } from '#db/client.ts';
import { changeCampaign, findCampaign, lockCampaign } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import type { Context } from '../context.ts';
import { invalid } from '../errors.ts';
import { noteChange } from './changes.ts';

interface Ending {
  status: CampaignStatus;
  end_at: Date | null;
  ended_at: Date | null;
}

/** Begins the sentence that refuses what the end does not allow any more. */
export const PAST_END = "The campaign's set end has passed: set a later one, or none,";

/**
 * An end that may be set now; null for none.
 *
 * @throws ServiceError `invalid-request` for one that is past, or not after the start
 */
export function checkEnd(
  endAt: Date | null,
  { startAt, now }: { startAt: Date | null; now: Date },
): Date | null {
  if (endAt === null) return null;
  const refuse = (message: string) => invalid([{ path: 'endAt', message }]);
  if (endAt <= now)
    throw refuse(`is past: it is ${now.toISOString()} now; set a later time, or null for none`);
  if (startAt !== null && endAt <= startAt) {
    throw refuse(`is not after the start, ${startAt.toISOString()}; set a later end, or an earlier start`);
  }
  return endAt;
}

const MAY_END: ReadonlySet<CampaignStatus> = new Set(['scheduled', 'running', 'paused']);

/** Whether a campaign's set end has come: nobody is dialled any more. */
export function isPastEnd({ end_at }: Pick<Ending, 'end_at'>, now: Date): boolean {
  return end_at !== null && end_at <= now;
}

/**
 * Lets a campaign's set end take effect when it has come; any other campaign stays as it is. One that is paused or was
 * never begun is running then, which means that it winds up: nothing is dialled after the end, and it completes once
 * its leads are finished. True when the end has taken effect, now or before.
 */
export async function endCampaign(
  context: Pick<Context, 'db' | 'now'>,
  { campaignId }: { campaignId: string },
): Promise<boolean> {
  const found = await findCampaign(context.db, campaignId);
  if (found === null || !MAY_END.has(found.status)) return false;
  if (found.ended_at !== null) return true;
  if (!isPastEnd(found, await context.now())) return false;
  return await inTransaction(context.db, async (tx) => {
    const campaign = await lockCampaign(tx, campaignId);
    const now = await context.now();
    if (campaign === null || !MAY_END.has(campaign.status)) return false;
    if (campaign.ended_at !== null) return true;
    if (!isPastEnd(campaign, now)) return false;
    const running = { status: 'running' as const, paused_at: null, pause_reason: null };
    await changeCampaign(tx, campaign, { ...running, ended_at: now, now });
    await appendEvent(tx, { type: 'campaign.ended', campaignId });
    await noteChange(tx, campaignId);
    return true;
  });
}

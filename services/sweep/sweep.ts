import { forgetKeys } from '#db/queries/idempotency.ts';
import { repeatHangUps } from '../calls/hang-up.ts';
import { restartOneOffCalls } from '../calls/one-off.ts';
import { restartCampaigns } from '../campaigns/restart.ts';
import type { Context } from '../context.ts';
import { restartFollowUps } from '../follow-ups/perform.ts';
import { notifyPendingReplies } from '../leads/replies.ts';
import { restartLeads } from '../leads/restart.ts';
import { askForReports } from '../messages/reports.ts';
import { restartTexts } from '../messages/send.ts';
import { renotify } from '../provider-events/notify.ts';
import { restartDeliveries } from '../webhooks/deliveries.ts';

/** How much was mended, by what it was. */
export interface SweepReport {
  /** Stored webhooks of which everybody is notified now. */
  webhooksDelivered: number;
  leadsRestarted: number;
  deliveriesRestarted: number;
  textsRestarted: number;
  campaignsRestarted: number;
  followUpsRestarted: number;
  callsRestarted: number;
  /** Leads whose workflows were notified of a reply. */
  repliesNotified: number;
  /** Texts that were looked up at the carrier, and are settled now. */
  textsSettled: number;
  /** Calls that were to be hung up, and were tried again. */
  hangUpsRepeated: number;
}

/** What is younger may still be under way. */
const SETTLE_MS = 10_000;
const REPLIES_AT_ONCE = 200;
const IDEMPOTENCY_KEPT_MS = 7 * 86_400_000;

/** Finds and mends what a crash between two steps left behind. Every part may run at any time, and twice. */
export async function sweep(context: Context): Promise<SweepReport> {
  const now = await context.now();
  const before = new Date(now.getTime() - SETTLE_MS);
  const report = {
    webhooksDelivered: await renotify(context, { before, now }),
    campaignsRestarted: await restartCampaigns(context, { before }),
    leadsRestarted: await restartLeads(context, now),
    deliveriesRestarted: await restartDeliveries(context, now),
    followUpsRestarted: await restartFollowUps(context, now),
    textsRestarted: await restartTexts(context, now),
    callsRestarted: await restartOneOffCalls(context, { before }),
    repliesNotified: await notifyPendingReplies(context, { before, limit: REPLIES_AT_ONCE }),
    textsSettled: await askForReports(context, now),
    hangUpsRepeated: await repeatHangUps(context),
  };
  await forgetKeys(context.db, new Date(now.getTime() - IDEMPOTENCY_KEPT_MS));
  if (Object.values(report).some((count) => count > 0)) context.logger.warn({ ...report }, 'swept');
  return report;
}

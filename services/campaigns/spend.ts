import type { Db, Tx } from '#db/client.ts';
import type { Campaign } from '#db/queries/campaigns.ts';
import { readSpendSums, type SpendOf } from '#db/queries/spend.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { affordsCall, callsAffordable, type Spend, spendOf } from '#domain/spend.ts';
import type { Context } from '../context.ts';

/** The charge comes with the report of a call's end; polling finds it within minutes where that is lost. */
const CHARGE_AWAITED_MS = 3_600_000;

type Rules = Pick<CampaignSettings, 'expectedCallCents'>;

/** Which of a campaign's calls are still to be charged, for `spendSums`. */
export function spendAt(
  { timeouts }: Pick<Context, 'timeouts'>,
  { campaignId, settings, now }: { campaignId: string | null; settings: Rules; now: Date },
): SpendOf {
  const chargedBy = chargeAwaitedSince({ timeouts }, now);
  return { campaignId, chargedBy, expectedCents: settings.expectedCallCents };
}

/** The charge of a call that ended after this instant is still awaited. */
export function chargeAwaitedSince({ timeouts }: Pick<Context, 'timeouts'>, now: Date): Date {
  return new Date(now.getTime() - (timeouts.chargeAwaitedMs ?? CHARGE_AWAITED_MS));
}

/** What a campaign has spent, has reserved, and expects of its next call. */
export async function readSpend(
  db: Db | Tx,
  context: Pick<Context, 'timeouts'>,
  of: { campaignId: string; settings: Rules; now: Date },
): Promise<Spend> {
  return spendOf(await readSpendSums(db, spendAt(context, of)), of.settings);
}

/** The same beside the campaign's limit, as it is shown. All amounts in cents; without a limit that is null. */
export async function readSpendOf(
  context: Pick<Context, 'db' | 'timeouts' | 'now'>,
  { id: campaignId, settings }: Pick<Campaign, 'id' | 'settings'>,
) {
  const now = await context.now();
  const spend = await readSpend(context.db, context, { campaignId, settings, now });
  const { settledCents, reservedCents, expectedCents } = spend;
  return {
    settledCents,
    reservedCents,
    expectedCallCents: expectedCents,
    limitCents: settings.spendLimitCents,
  };
}

/**
 * How many leads may come to the gate before it would hold one for want of money. While calls in flight may still make
 * room that can be none; when none of them can, it is one: the gate pauses the campaign with it.
 */
export async function countAffordable(
  context: Pick<Context, 'db' | 'timeouts'>,
  { id: campaignId, settings }: Pick<Campaign, 'id' | 'settings'>,
  now: Date,
): Promise<number> {
  const { spendLimitCents } = settings;
  if (spendLimitCents === null) return Number.POSITIVE_INFINITY;
  const spend = await readSpend(context.db, context, { campaignId, settings, now });
  const room = callsAffordable(spend, spendLimitCents);
  return affordsCall(spend, spendLimitCents) === 'no' ? 1 : room;
}

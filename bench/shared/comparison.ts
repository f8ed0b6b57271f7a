import { type HistoryCost, perLead } from './histories.ts';
import { significant } from './statistics.ts';

/** Events and actions of both sides, from one round's histories each. */
export interface Costs {
  leads: number;
  sampled: number;
  product: { own: HistoryCost; campaign: HistoryCost };
  floor: { own: HistoryCost; campaign: HistoryCost };
}

/** For a lead's own history; the campaign's share depends on how its messages coincide. */
const MAX_DIFFERENCE = 0.05;

/** Events a lead on both sides, and whether the leads' own histories are practically equal. */
export function comparison({ leads, sampled, product, floor }: Costs) {
  const side = ({ own, campaign }: Costs['product']) => ({
    ownEvents: significant(own.events / sampled),
    campaignEvents: significant(campaign.events / leads),
    campaignRuns: campaign.runs,
    ownByType: perLead(own.byType, sampled),
    campaignByType: perLead(campaign.byType, leads),
  });
  const difference = (product.own.events - floor.own.events) / floor.own.events;
  return {
    product: side(product),
    floor: side(floor),
    ownDifference: significant(difference, 2),
    equal: Math.abs(difference) <= MAX_DIFFERENCE,
  };
}

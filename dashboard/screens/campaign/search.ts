import {
  holdRuleValues,
  type LeadState,
  leadOutcomeValues,
  leadStateValues,
  type Reach,
  reachValues,
} from '../../client/generated.ts';
import { oneOf, type RawSearch, textOf } from '../../format/search.ts';

export const CAMPAIGN_TABS = ['overview', 'leads', 'calls', 'settings'] as const;

/** The tab, and what of the leads is shown. */
export interface CampaignSearch {
  tab?: (typeof CAMPAIGN_TABS)[number];
  state?: LeadState;
  reach?: Reach;
  /** Rules of which any holds the lead, with commas between. */
  hold?: string;
  /** What became of the lead: any of these, with commas between. */
  outcome?: string;
  q?: string;
}

export function campaignSearch(raw: RawSearch): CampaignSearch {
  return {
    tab: oneOf(raw.tab, CAMPAIGN_TABS),
    state: oneOf(raw.state, leadStateValues),
    reach: oneOf(raw.reach, reachValues),
    hold: wordsOf(raw.hold, [...holdRuleValues, 'none']),
    outcome: wordsOf(raw.outcome, leadOutcomeValues),
    q: textOf(raw.q),
  };
}

/** Those of some words with commas between that are known; undefined when none is. */
function wordsOf(raw: unknown, known: readonly string[]): string | undefined {
  const words =
    textOf(raw)
      ?.split(',')
      .filter((word) => known.includes(word)) ?? [];
  return words.length === 0 ? undefined : [...new Set(words)].join(',');
}

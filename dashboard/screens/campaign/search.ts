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

/** The tab, and the filters of its leads. */
export interface CampaignSearch {
  tab?: (typeof CAMPAIGN_TABS)[number];
  state?: LeadState;
  reach?: Reach;
  /** Rules, separated by commas, of which any holds the lead. */
  hold?: string;
  /** Outcomes, separated by commas. */
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

/** The known words of a comma-separated list; undefined without any. */
function wordsOf(raw: unknown, known: readonly string[]): string | undefined {
  const words =
    textOf(raw)
      ?.split(',')
      .filter((word) => known.includes(word)) ?? [];
  return words.length === 0 ? undefined : [...new Set(words)].join(',');
}

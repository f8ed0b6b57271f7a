import { KNOWN_HOLDS, KNOWN_OUTCOMES } from '../../format/rules.ts';
import { oneOf, type RawSearch, textOf } from '../../format/search.ts';
import { REACHES } from '../calls/search.ts';

export const CAMPAIGN_TABS = ['overview', 'leads', 'calls', 'settings'] as const;
export const LEAD_STATES = ['waiting', 'queued', 'calling', 'backing_off', 'finished'] as const;
/** The tab, and what of the leads is shown. */
export interface CampaignSearch {
  tab?: (typeof CAMPAIGN_TABS)[number];
  state?: (typeof LEAD_STATES)[number];
  reach?: (typeof REACHES)[number];
  /** Rules of which any holds the lead, with commas between. */
  hold?: string;
  /** What became of the lead: any of these, with commas between. */
  outcome?: string;
  q?: string;
}

export function campaignSearch(raw: RawSearch): CampaignSearch {
  return {
    tab: oneOf(raw.tab, CAMPAIGN_TABS),
    state: oneOf(raw.state, LEAD_STATES),
    reach: oneOf(raw.reach, REACHES),
    hold: wordsOf(raw.hold, KNOWN_HOLDS),
    outcome: wordsOf(raw.outcome, KNOWN_OUTCOMES),
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

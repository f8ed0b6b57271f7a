import { oneOf, type RawSearch, textOf } from '../../format/search.ts';

const AGENT_TABS = ['agents', 'voices', 'numbers'] as const;
export type AgentTab = (typeof AGENT_TABS)[number];

export function agentsSearch(raw: RawSearch): { tab?: AgentTab; q?: string } {
  const tab = oneOf(raw.tab, AGENT_TABS);
  const q = textOf(raw.q);
  return { ...(tab && { tab }), ...(q && { q }) };
}

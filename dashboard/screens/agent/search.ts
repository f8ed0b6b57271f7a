import { type RawSearch, textOf } from '../../format/search.ts';

/** `lead`: whose variables the agent is talked to with. */
export function agentSearch(raw: RawSearch): { lead?: string } {
  const lead = textOf(raw.lead);
  return { ...(lead && { lead }) };
}

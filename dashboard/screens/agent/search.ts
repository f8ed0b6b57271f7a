import { type RawSearch, textOf } from '../../format/search.ts';

/** `lead`: whose variables the talk uses. */
export function agentSearch(raw: RawSearch): { lead?: string } {
  const lead = textOf(raw.lead);
  return { ...(lead && { lead }) };
}

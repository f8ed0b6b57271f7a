import { startedLeads } from '#db/queries/opt-outs.ts';
import type { ApiDeps } from './deps.ts';

/**
 * Ends the waiting of everyone behind a number that has just opted out. The gate refuses them already; those that
 * wait between attempts need not come to it.
 */
export async function tellOptedOut(
  { db, temporal }: Pick<ApiDeps, 'db' | 'temporal'>,
  phone: string,
): Promise<void> {
  const leadIds = await startedLeads(db, phone);
  await Promise.all(leadIds.map((leadId) => temporal.optedOut(leadId)));
}

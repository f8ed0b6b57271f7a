import type { Context } from '../context.ts';
import { startedLeads } from './opt-outs.ts';

/**
 * Ends the waiting of everyone behind a number that has just opted out. The gate refuses them already; those that
 * wait between attempts need not come to it.
 */
export async function tellOptedOut(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  phone: string,
): Promise<void> {
  const leadIds = await startedLeads(db, phone);
  await Promise.all(leadIds.map((leadId) => workflows.optedOut(leadId)));
}

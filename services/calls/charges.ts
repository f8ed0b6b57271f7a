import { readCallRow } from '#db/queries/calls.ts';
import { unchargedCalls } from '#db/queries/spend.ts';
import { chargeAwaitedSince } from '../campaigns/spend.ts';
import type { Context } from '../context.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { mergeFetched } from './record.ts';

/** Looked up in one sweep. */
const MOST_ASKED = 50;

/**
 * Looks up calls whose end was reported without a charge, as long as one is awaited: until then what is reserved for
 * them is held of their campaign's limit. Returns how many are charged now.
 */
export async function fetchCharges(context: Context, run: PartRun): Promise<number> {
  const { db, voice } = context;
  const calls = await unchargedCalls(db, {
    endedAfter: chargeAwaitedSince(context, run.now),
    endedBefore: run.before,
    limit: MOST_ASKED,
  });
  return await run.each(calls, { name: ({ id }) => `call ${id}` }, async ({ id, conversationId }) => {
    const facts = await voice.getConversation(conversationId);
    if (facts === null || facts.costCents === null) return false;
    await mergeFetched(context, facts, 'poll');
    return (await readCallRow(db, id)).cost_cents !== null;
  });
}

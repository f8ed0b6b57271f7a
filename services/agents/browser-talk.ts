import type { ApiDeps } from '#api/deps.ts';
import { inTransaction } from '#db/client.ts';
import { lockConversation } from '#db/queries/locks.ts';
import { ProviderError } from '#providers/ports.ts';
import { mergeOrAdopt } from '../calls/adopt.ts';

/**
 * Stores a talk in the browser as a call at once, as far as the provider knows it: no webhook may come for it, or
 * only after the next walk over the list. What cannot be read now is left to those.
 */
export async function storeBrowserTalk(
  { db, voice, temporal, config, clock }: ApiDeps,
  { conversationId, agentId }: { conversationId: string; agentId: string },
): Promise<void> {
  const facts = await voice.getConversation(conversationId).catch((error: unknown) => {
    if (error instanceof ProviderError) return null;
    throw error;
  });
  if (facts === null || facts.kind !== 'browser' || facts.agentId !== agentId) return;
  const merged = await inTransaction(db, async (tx) => {
    await lockConversation(tx, conversationId);
    const { centsPerCredit } = config.elevenLabs;
    return await mergeOrAdopt(tx, { facts, source: 'poll', now: clock(), centsPerCredit });
  });
  for (const leadId of merged?.replied ?? []) await temporal.contactReplied(leadId);
  for (const followUpId of merged?.followUps ?? []) await temporal.startFollowUp(followUpId);
}

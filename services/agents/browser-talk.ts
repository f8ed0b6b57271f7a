import { inTransaction } from '#db/client.ts';
import { lockConversation } from '#db/queries/locks.ts';
import { ProviderError } from '#providers/ports.ts';
import { mergeOrAdopt } from '../calls/adopt.ts';
import type { Context } from '../context.ts';

/**
 * Stores a talk in the browser as a call at once, as far as the provider knows it: no webhook may come for it, or
 * only after the next walk over the list. What cannot be read now is left to those.
 */
export async function storeBrowserTalk(
  { db, voice, workflows, config, now }: Context,
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
    return await mergeOrAdopt(tx, { facts, source: 'poll', now: await now(), centsPerCredit });
  });
  for (const leadId of merged?.replied ?? []) await workflows.contactReplied(leadId);
  for (const followUpId of merged?.followUps ?? []) await workflows.startFollowUp(followUpId);
}

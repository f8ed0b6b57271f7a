import { ActivityFailure, patched } from '@temporalio/workflow';
import { records, replying } from './activities.ts';

/**
 * Answers one received text, where the campaign's rules say so. The answer is sent by a workflow of its own; one that
 * cannot be composed is left to a person.
 */
export async function replyWorkflow({
  messageId,
}: {
  messageId: string;
}): Promise<{ answerId: string | null }> {
  try {
    return await replying.composeReply({ messageId });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || !patched('reply-abandoned')) throw error;
    await records.abandonReply({ messageId });
    return { answerId: null };
  }
}

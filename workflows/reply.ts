import { replying } from './activities.ts';

/** Answers one received text, where the campaign's rules say so. The answer is sent by a workflow of its own. */
export async function replyWorkflow({
  messageId,
}: {
  messageId: string;
}): Promise<{ answerId: string | null }> {
  return await replying.composeReply({ messageId });
}

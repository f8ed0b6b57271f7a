import type { Tx } from '../client.ts';

/** Notes that there is a recording of a conversation, where its call is known. */
export async function noteRecording(tx: Tx, conversationId: string | null): Promise<void> {
  if (conversationId === null) return;
  await tx
    .updateTable('calls')
    .set({ has_audio: true })
    .where('conversation_id', '=', conversationId)
    .execute();
}

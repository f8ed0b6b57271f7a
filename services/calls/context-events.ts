import { type Db, inTransaction } from '#db/client.ts';
import type { Call } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';

/** What came of telling an agent something during its call. */
export interface ToldContext {
  /** The person's text that it was about; null when a person of ours said it. */
  messageId: string | null;
  /** `done`, or why the agent could not be told. */
  answer: string;
  /** Length of what was said, which itself stays out of the log. */
  characters: number;
}

/** Puts into the log that the agent of a call under way was told something, or could not be. */
export async function noteContext(
  db: Db,
  call: Pick<Call, 'id' | 'campaign_id' | 'lead_id'>,
  { messageId, answer, characters }: ToldContext,
): Promise<void> {
  await inTransaction(db, (tx) =>
    appendEvent(tx, {
      type: 'call.context_sent',
      campaignId: call.campaign_id,
      leadId: call.lead_id,
      callId: call.id,
      messageId,
      data: answer === 'done' ? { characters } : { sent: false, why: answer },
    }),
  );
}

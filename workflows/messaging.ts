import { ActivityFailure, patched, proxyActivities, sleep } from '@temporalio/workflow';
import type { Activities } from '#activities/create-activities.ts';
import { DATABASE_WORK, LOST_WORKER } from './shared.ts';

/** Gates and sends, safe to repeat. The heartbeat shows a lost worker while an answer that was lost is looked up. */
const { sendText } = proxyActivities<Pick<Activities, 'sendText'>>({
  startToCloseTimeout: '15 minutes',
  ...LOST_WORKER,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** May ask an agent. An answer that comes long after the text is of no use, so the attempts are few. */
const { composeReply } = proxyActivities<Pick<Activities, 'composeReply'>>({
  startToCloseTimeout: '2 minutes',
  ...LOST_WORKER,
  retry: { initialInterval: '2 seconds', maximumAttempts: 5 },
});

const { abandonReply } = proxyActivities<Pick<Activities, 'abandonReply'>>(DATABASE_WORK);

/** Sends one text: waits for its hour, then hands it to the carrier, once. Its history holds an id and times. */
export async function messageWorkflow({ messageId }: { messageId: string }): Promise<{ status: string }> {
  for (;;) {
    const step = await sendText({ messageId });
    if (step.kind === 'done') return { status: step.status };
    await sleep(Math.max(1, new Date(step.until).getTime() - Date.now()), { summary: step.why });
  }
}

/**
 * Answers one received text, if the campaign's rules say so. Another workflow sends the answer. When none can be
 * composed, the text is left to a person.
 */
export async function replyWorkflow({
  messageId,
}: {
  messageId: string;
}): Promise<{ answerId: string | null }> {
  try {
    return await composeReply({ messageId });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || !patched('reply-abandoned')) throw error;
    await abandonReply({ messageId });
    return { answerId: null };
  }
}

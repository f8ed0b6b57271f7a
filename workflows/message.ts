import { sleep } from '@temporalio/workflow';
import { texting } from './activities.ts';

/** Sends one text: waits for its hour, then hands it to the carrier, once. Its history holds an id and times. */
export async function messageWorkflow({ messageId }: { messageId: string }): Promise<{ status: string }> {
  for (;;) {
    const step = await texting.sendText({ messageId });
    if (step.kind === 'done') return { status: step.status };
    await sleep(Math.max(1, new Date(step.until).getTime() - Date.now()), { summary: step.why });
  }
}

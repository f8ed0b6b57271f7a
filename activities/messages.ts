import type { Context } from '#services/context.ts';
import { abandonReply, composeReply } from '#services/messages/reply.ts';
import { sendText } from '#services/messages/send.ts';

interface MessageRef {
  messageId: string;
}

const HEARTBEAT_MS = 2_000;

/** What the workflows of texts and of their answers ask for. */
export function createMessageActivities(context: Context) {
  return {
    async sendText(message: MessageRef) {
      const beating = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      try {
        return await sendText(context, message);
      } finally {
        clearInterval(beating);
      }
    },
    composeReply: (message: MessageRef) => composeReply(context, message),
    abandonReply: (message: MessageRef) => abandonReply(context, message),
  };
}

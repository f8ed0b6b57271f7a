import { z } from '@hono/zod-openapi';
import { text } from './common.ts';
import { phone } from './opt-out.ts';

export const ContextSend = z.strictObject({ text: text(2_000) }).openapi('ContextSend');
export const TransferStart = z.strictObject({ to: phone }).openapi('TransferStart');

/** Taken on; what comes of it is told by the call itself. */
export const LiveDone = z
  .object({
    callId: z.string(),
    via: z
      .enum(['monitor', 'carrier'])
      .openapi({ description: "The voice provider's monitor socket, or the telephone company" }),
  })
  .openapi('LiveDone');

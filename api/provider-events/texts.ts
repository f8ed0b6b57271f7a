import { createRoute, z } from '@hono/zod-openapi';
import { v7 as uuid } from 'uuid';
import { inTransaction } from '#db/client.ts';
import { markMerged, markSignalled, storeWebhookEvent } from '#db/queries/provider-events.ts';
import { textNotice } from '#domain/context.ts';
import { parsePhone } from '#domain/phone.ts';
import { type InboundText, normaliseInboundText, type TwilioParams } from '#providers/twilio/webhook.ts';
import { sendContext } from '#services/calls/live.ts';
import { tellReplied } from '#services/leads/notify-replied.ts';
import { type LiveCall, receiveText, type TextConsequences } from '#services/messages/receive.ts';
import { notifyOptedOut } from '#services/opt-outs/opt-outs.ts';
import type { Api, ApiContext } from '../context.ts';
import { Problem } from '../http/errors.ts';
import { problems } from '../schemas/problem.ts';
import { readSignedForm } from './twilio-form.ts';

/** No answer of ours in the response: what is answered is sent by itself, and recorded. */
const NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>';

const route = createRoute({
  method: 'post',
  path: '/webhooks/twilio/sms',
  operationId: 'receiveTexts',
  tags: ['webhooks'],
  summary: 'A text from a person, signed in the header X-Twilio-Signature for the public address',
  request: {
    body: {
      required: true,
      content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' as const } } },
    },
  },
  responses: {
    200: { description: 'Stored; an empty TwiML document', content: { 'text/xml': { schema: z.string() } } },
    ...problems(400, 403, 408, 413, 503),
  },
});

export function receiveTexts(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const params = await readSignedForm(context, c);
    const text = normaliseInboundText(params, c.req.header('i-twilio-idempotency-token'));
    if (text === null)
      throw new Problem('malformed-request', 'The text names no message, sender or receiver.');
    const received = await receive(context, text, params);
    if (received.consequences !== null) {
      await tell(context, { eventId: received.eventId, text, consequences: received.consequences });
    }
    return c.body(NO_ANSWER, 200, { 'content-type': 'text/xml; charset=utf-8' });
  });
}

interface Received {
  eventId: number;
  /** Null when it came before. */
  consequences: TextConsequences | null;
}

/** Stores the text and what follows from it, in one transaction: after it, nothing of the text can be lost. */
async function receive(context: ApiContext, text: InboundText, params: TwilioParams): Promise<Received> {
  return await inTransaction(context.db, async (tx) => {
    const now = await context.now();
    const event = await storeWebhookEvent(tx, {
      provider: 'twilio',
      dedupKey: text.idempotencyToken ?? text.messageSid,
      type: 'text',
      conversationId: null,
      payload: params,
      now,
    });
    if (!event.isNew) return { eventId: event.id, consequences: null };
    const consequences = await receiveText(
      tx,
      {
        id: uuid(),
        phone: phoneOf(text.from),
        to: text.to,
        body: text.body.toWellFormed(),
        attachments: text.media.map(({ url, contentType }) => ({
          url,
          name: null,
          contentType: contentType ?? 'application/octet-stream',
        })),
        providerId: text.messageSid,
        optOut: text.optOut,
      },
      now,
    );
    await markMerged(tx, event.id, { callId: null, signalled: consequences === null, now });
    return { eventId: event.id, consequences };
  });
}

/** E.164 where it is a number of a person; a short code or another channel's address stays as it is. */
function phoneOf(from: string): string {
  const parsed = parsePhone(from);
  return parsed.ok ? parsed.e164 : from.slice(0, 64);
}

/** Tells whoever waits for this. What fails here is told by the sweep. */
async function tell(
  context: ApiContext,
  { eventId, text, consequences }: { eventId: number; text: InboundText; consequences: TextConsequences },
): Promise<void> {
  const { workflows, logger } = context;
  const { wish, waiting, answer, messageId, liveCall } = consequences;
  // The carrier waits for our answer, and needs not wait for the agent's.
  const informing = liveCall === null ? null : inform(context, liveCall, { messageId, body: text.body });
  try {
    if (wish === 'stop') await notifyOptedOut(context, phoneOf(text.from));
    const [told, answering] = await Promise.all([
      tellReplied(context, wish === 'none' ? waiting : []),
      answer ? workflows.startReply(messageId) : null,
    ]);
    const answered = answering === null || answering.kind === 'done' || answering.kind === 'absent';
    if (!told || !answered) return;
    if (informing === null) await markSignalled(context.db, eventId, await context.now());
    else void markWhenInformed(context, eventId, informing);
  } catch {
    // The text is committed: the carrier must not deliver it again for this.
    logger.warn({ messageId }, 'not everybody was told of a text yet');
  }
}

/** The carrier has its answer by then. */
async function markWhenInformed(
  context: ApiContext,
  eventId: number,
  informing: Promise<boolean>,
): Promise<void> {
  try {
    if (await informing) await markSignalled(context.db, eventId, await context.now());
  } catch {
    context.logger.warn({ eventId }, 'it was not noted that everybody was told of a text');
  }
}

/**
 * Lets the agent of the call under way know of the text; where that is not possible the log says so. False when it
 * failed: the sweep tries once more.
 */
async function inform(
  context: ApiContext,
  call: LiveCall,
  { messageId, body }: { messageId: string; body: string },
): Promise<boolean> {
  try {
    await sendContext(context, call, textNotice(body), messageId);
    return true;
  } catch {
    context.logger.warn({ callId: call.id }, 'a text did not reach the call under way');
    return false;
  }
}

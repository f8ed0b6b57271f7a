import { v7 as uuid } from 'uuid';
import { inTransaction, type Tx } from '#db/client.ts';
import { findMessage, findMessageAt, type Message } from '#db/queries/messages.ts';
import { markMerged, markSignalled, storeWebhookEvent } from '#db/queries/provider-events.ts';
import { textNotice } from '#domain/context.ts';
import { messageStatusOf } from '#domain/message.ts';
import { parsePhone } from '#domain/phone.ts';
import type { Carrier, InboundText, IncomingRequest, Payload, TextReport } from '#providers/ports.ts';
import { sendTextAsContext } from '../calls/live.ts';
import type { Context } from '../context.ts';
import { ServiceError } from '../errors.ts';
import { notifyReplied } from '../leads/replies.ts';
import { type LiveCall, receiveText as storeText, type TextConsequences } from '../messages/receive.ts';
import { recordReport } from '../messages/reports.ts';
import { notifyOptedOut } from '../opt-outs/opt-outs.ts';

interface VerifiedPayload {
  carrier: Carrier;
  payload: Payload;
  redeliveryKey: string | null;
}

/** @throws ServiceError `forbidden` when the signature is wrong, or when there is nothing to check it against */
function verify({ carrier, logger }: Context, request: IncomingRequest): VerifiedPayload {
  const verified = carrier?.verify(request);
  if (carrier !== null && verified?.ok) return { ...verified, carrier };
  logger.warn({ carrier: carrier?.name ?? null }, 'webhook refused');
  throw new ServiceError('forbidden', 'The signature is not valid.');
}

/**
 * Takes in a text from a person, with all that follows from it. Resolves when the carrier may be acknowledged; a
 * redelivery changes nothing.
 *
 * @throws ServiceError `forbidden`, or `malformed-request` when it names no message, sender or receiver
 */
export async function receiveText(context: Context, request: IncomingRequest): Promise<void> {
  const verified = verify(context, request);
  const text = verified.carrier.parseText(verified.payload);
  if (text === null) {
    throw new ServiceError('malformed-request', 'The text names no message, sender or receiver.');
  }
  const { eventId, consequences } = await storeInboundText(context, text, verified);
  if (consequences !== null) await notifyAll(context, { eventId, text, consequences });
}

/** In one transaction: after it, nothing of the text can be lost. `consequences` is null when it came before. */
async function storeInboundText(
  context: Context,
  text: InboundText,
  { carrier, payload, redeliveryKey }: VerifiedPayload,
): Promise<{ eventId: number; consequences: TextConsequences | null }> {
  return await inTransaction(context.db, async (tx) => {
    const now = await context.now();
    const event = await storeWebhookEvent(tx, {
      provider: carrier.name,
      dedupKey: redeliveryKey ?? text.messageSid,
      type: 'text',
      conversationId: null,
      payload,
      now,
    });
    if (!event.isNew) return { eventId: event.id, consequences: null };
    const consequences = await storeText(
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

/** Notifies everybody who waits for this. What fails is left to the sweep. */
async function notifyAll(
  context: Context,
  { eventId, text, consequences }: { eventId: number; text: InboundText; consequences: TextConsequences },
): Promise<void> {
  const { workflows, logger } = context;
  const { wish, waiting, answer, messageId, liveCall } = consequences;
  // The carrier waits for our response, and need not wait for the agent's.
  const informing = liveCall === null ? null : informAgent(context, liveCall, { messageId, body: text.body });
  try {
    if (wish === 'stop') await notifyOptedOut(context, phoneOf(text.from));
    const [allNotified, reply] = await Promise.all([
      notifyReplied(context, wish === 'none' ? waiting : []),
      answer ? workflows.startReply(messageId) : null,
    ]);
    const replyStarted = reply === null || reply.kind === 'done' || reply.kind === 'absent';
    if (!allNotified || !replyStarted) return;
    if (informing === null) await markSignalled(context.db, eventId, await context.now());
    else void markWhenInformed(context, eventId, informing);
  } catch {
    // The text is committed: the carrier must not deliver it again for this.
    logger.warn({ messageId }, 'not everybody was notified of a text yet');
  }
}

/** The carrier has its response by then. */
async function markWhenInformed(
  context: Context,
  eventId: number,
  informing: Promise<boolean>,
): Promise<void> {
  try {
    if (await informing) await markSignalled(context.db, eventId, await context.now());
  } catch {
    context.logger.warn({ eventId }, 'notifications of a text were not recorded');
  }
}

/**
 * Lets the agent of the call under way know of the text; where that is not possible the log says so. False when it
 * failed: the sweep tries once more.
 */
async function informAgent(
  context: Context,
  call: LiveCall,
  { messageId, body }: { messageId: string; body: string },
): Promise<boolean> {
  try {
    await sendTextAsContext(context, call, { messageId, notice: textNotice(body) });
    return true;
  } catch {
    context.logger.warn({ callId: call.id }, 'a text did not reach the call under way');
    return false;
  }
}

/**
 * Takes in a delivery report. A report that names nothing of ours is acknowledged and left aside.
 *
 * @param messageId our own id of the text, from the address that the report was sent to
 * @throws ServiceError `forbidden`
 */
export async function receiveReport(
  context: Context,
  { request, messageId }: { request: IncomingRequest; messageId: string | null },
): Promise<void> {
  const { carrier, payload } = verify(context, request);
  const report = carrier.parseTextReport(payload);
  if (report === null) return;
  const optedOut = await storeReport(context, report, { carrier, payload, messageId });
  if (optedOut !== null) await notifyOptedOut(context, optedOut);
}

/** Resolves with the number of a contact that turned out to have opted out. */
async function storeReport(
  context: Context,
  report: TextReport,
  { carrier, payload, messageId }: { carrier: Carrier; payload: Payload; messageId: string | null },
): Promise<string | null> {
  return await inTransaction(context.db, async (tx) => {
    const now = await context.now();
    const event = await storeWebhookEvent(tx, {
      provider: carrier.name,
      dedupKey: `${report.messageSid}:${report.status}`,
      type: 'text-status',
      conversationId: null,
      payload,
      now,
      settled: true,
    });
    if (!event.isNew) return null;
    const { messageSid: providerId, errorCode, optedOut } = report;
    const text = await findReported(tx, providerId, messageId);
    const status = messageStatusOf(report.status);
    if (text === null || status === null) return null;
    const said = { status, providerId, errorCode, optedOut };
    const recorded = await recordReport(tx, { text, report: said, now });
    return recorded.optedOut ? text.phone : null;
  });
}

/** By the carrier's id; a report that overtakes the answer to the sending, by ours. */
async function findReported(tx: Tx, messageSid: string, messageId: string | null): Promise<Message | null> {
  const known = await findMessageAt(tx, messageSid);
  if (known !== null) return known;
  const named = messageId === null ? null : await findMessage(tx, messageId);
  // The answer may have been recorded between the two reads.
  const isOurs = named?.provider_id === null || named?.provider_id === messageSid;
  return named?.direction === 'outbound' && isOurs ? named : null;
}

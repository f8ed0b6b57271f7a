import { inTransaction, type Tx } from '#db/client.ts';
import { findMessage, findMessageAt, type Message } from '#db/queries/messages.ts';
import { markMerged, markNotified, storeProviderEvent } from '#db/queries/provider-events.ts';
import { messageStatusOf } from '#domain/message.ts';
import type { Carrier, InboundText, IncomingRequest, Payload, TextReport } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { ServiceError } from '../errors.ts';
import { notifyOfText } from '../messages/notify.ts';
import { type StoredText, storeReceivedText } from '../messages/receive.ts';
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
  const { eventId, stored } = await store(context, text, verified);
  if (stored === null) return;
  const { workflows, agent } = await notifyOfText(context, stored);
  if (!workflows) return;
  const marking = markWhenInformed(context, eventId, agent);
  // The carrier waits for our response, and need not wait for the agent's.
  if (agent === null) await marking;
}

/** In one transaction: after it, nothing of the text can be lost. `stored` is null when it came before. */
async function store(
  context: Context,
  text: InboundText,
  { carrier, payload, redeliveryKey }: VerifiedPayload,
): Promise<{ eventId: number; stored: StoredText | null }> {
  return await inTransaction(context.db, async (tx) => {
    const now = await context.now();
    const event = await storeProviderEvent(tx, {
      provider: carrier.name,
      dedupKey: redeliveryKey ?? text.messageSid,
      type: 'text',
      conversationId: null,
      payload,
      now,
    });
    if (!event.isNew) return { eventId: event.id, stored: null };
    const stored = await storeReceivedText(tx, { text, now });
    await markMerged(tx, [{ id: event.id, callId: null, notified: stored === null }], now);
    return { eventId: event.id, stored };
  });
}

/** Marks the event, once the agent knows as well; the sweep takes on what is not marked. Never rejects. */
async function markWhenInformed(
  context: Context,
  eventId: number,
  agent: Promise<boolean> | null,
): Promise<void> {
  try {
    if (agent === null || (await agent)) await markNotified(context.db, [eventId], await context.now());
  } catch {
    // The text is committed: the carrier must not deliver it again for this.
    context.logger.warn({ eventId }, 'notifications of a text were not recorded');
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
    const event = await storeProviderEvent(tx, {
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

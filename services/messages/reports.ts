import { inTransaction, type Tx } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockContact } from '#db/queries/locks.ts';
import { lockMessage, type Message, unreportedTexts, updateMessage } from '#db/queries/messages.ts';
import type { EventType } from '#domain/events.ts';
import { laterMessageStatus, type MessageStatus, messageStatusOf } from '#domain/message.ts';
import type { Carrier, CarrierText } from '#providers/ports.ts';
import { settleAttention } from '../attention.ts';
import type { Context } from '../context.ts';
import { unavailable } from '../errors.ts';
import { addOptOut, notifyOptedOut } from '../opt-outs/opt-outs.ts';
import type { PartRun } from '../sweep/part-run.ts';

/** What became known of a text: what the carrier answered or reported, or why it is not sent. */
export interface TextProgress {
  status: MessageStatus;
  providerId?: string | null;
  errorCode?: number | null;
  error?: string | null;
  segments?: number | null;
}

/**
 * Moves a held text forward, and appends that to the log. What is known is completed, never blanked; late news settle
 * what was unknown. Returns its status from now on.
 */
export async function recordProgress(
  tx: Tx,
  { message, progress, now }: { message: Message; progress: TextProgress; now: Date },
): Promise<MessageStatus> {
  const { providerId = null, errorCode = null, error = null, segments = null } = progress;
  const status = laterMessageStatus(message.status, progress.status);
  const isSent = status === 'sent' || status === 'delivered' || status === 'undelivered';
  const moved = status !== message.status;
  await updateMessage(tx, message, {
    status,
    provider_id: message.provider_id ?? providerId,
    segments: segments ?? message.segments,
    error_code: moved ? errorCode : message.error_code,
    error: moved ? error : message.error,
    sent_at: isSent ? (message.sent_at ?? now) : message.sent_at,
    delivered_at: status === 'delivered' ? (message.delivered_at ?? now) : message.delivered_at,
    updated_at: now,
  });
  if (!moved) return status;
  await appendEvent(tx, {
    type: eventTypeOf(status),
    campaignId: message.campaign_id,
    leadId: message.lead_id,
    messageId: message.id,
    followUpId: message.follow_up_id,
    data: { status, ...(errorCode === null ? {} : { errorCode }) },
  });
  if (message.status === 'unknown') {
    const settlement = `It was ${status}.`;
    await settleAttention(tx, { kind: 'unknown_message', subject: message.id, settlement });
  }
  return status;
}

function eventTypeOf(status: MessageStatus): EventType {
  switch (status) {
    case 'scheduled':
    case 'sending':
      return 'message.scheduled';
    case 'sent':
      return 'message.sent';
    case 'delivered':
      return 'message.delivered';
    case 'received':
      return 'message.received';
    case 'undelivered':
    case 'failed':
    case 'refused':
    case 'unknown':
      return 'message.failed';
  }
}

/** A carrier's report of a text, which it sent to us or gave when it was asked. */
interface CarrierReport {
  /** Null when it does not know the text any more. */
  status: MessageStatus | null;
  providerId: string | null;
  errorCode: number | null;
  /** It was refused because the recipient has sent STOP. */
  optedOut: boolean;
}

/**
 * Records a carrier's report, with the opt-out that it may bring to light. `optedOut`: that was news, and the leads are
 * to be notified after the commit.
 */
export async function recordReport(
  tx: Tx,
  { text, report, now }: { text: Pick<Message, 'id' | 'phone'>; report: CarrierReport; now: Date },
): Promise<{ moved: boolean; optedOut: boolean }> {
  await lockContact(tx, text.phone);
  const message = await lockMessage(tx, text.id);
  const progress = { ...report, status: report.status ?? message.status };
  const status = await recordProgress(tx, { message, progress, now });
  return {
    moved: status !== message.status,
    optedOut: report.optedOut && (await addCarrierOptOut(tx, message)),
  };
}

/**
 * The person sent STOP to the carrier, and we did not receive it: it counts for calls as well. False when the number
 * was on the list already.
 */
export async function addCarrierOptOut(
  tx: Tx,
  { id, phone, campaign_id: campaignId, lead_id: leadId }: Message,
): Promise<boolean> {
  const reason = 'The carrier refused a text: the person has sent STOP.';
  const about = { campaignId, leadId, messageId: id };
  return (await addOptOut(tx, { phone, reason, source: 'message', about })).created;
}

/** A report comes within seconds, except for phones that are switched off. */
const REPORT_LATE_MS = 600_000;
/** Carriers give up long before: nothing more is expected of older texts. */
const ASKED_FOR_MS = 86_400_000;
/** Looked up in one sweep: carriers take few requests a second. */
const MOST_ASKED = 50;

/**
 * Looks up texts at the carrier whose delivery report was lost. Each is looked up every ten minutes, for a day. Returns
 * how many moved.
 */
export async function askForReports(context: Context, run: PartRun): Promise<number> {
  const { carrier } = context;
  const { now } = run;
  if (carrier === null) return 0;
  const before = new Date(now.getTime() - REPORT_LATE_MS);
  const sentAfter = new Date(now.getTime() - ASKED_FOR_MS);
  const texts = await unreportedTexts(context.db, { sentAfter, before, limit: MOST_ASKED });
  let isSilent = false;
  return await run.each(texts, { name: ({ id }) => `text ${id}` }, async (text) => {
    // It would not answer for this one either; the next sweep asks again.
    if (isSilent) return false;
    const found = await lookUp(context, carrier, text);
    isSilent = found === 'silent';
    return found !== 'silent' && (await settle(context, { text, found, now }));
  });
}

async function lookUp(
  context: Context,
  carrier: Carrier,
  { id, provider_id: sid }: Message,
): Promise<CarrierText | null | 'silent'> {
  try {
    return sid === null ? null : await carrier.getText(sid);
  } catch (error) {
    context.logger.warn({ messageId: id, failure: String(error) }, 'the carrier could not look up a text');
    return 'silent';
  }
}

/** True when the text moved. Either way its turn comes after the others'. */
async function settle(
  context: Context,
  { text, found, now }: { text: Message; found: CarrierText | null; now: Date },
): Promise<boolean> {
  const report = {
    status: found === null ? null : messageStatusOf(found.status),
    providerId: text.provider_id,
    errorCode: found?.errorCode ?? null,
    optedOut: found?.optedOut ?? false,
  };
  const { moved, optedOut } = await inTransaction(context.db, (tx) =>
    recordReport(tx, { text, report, now }),
  );
  if (optedOut && !(await notifyOptedOut(context, text.phone))) {
    throw unavailable('Not every lead could be notified of an opt-out.');
  }
  return moved;
}

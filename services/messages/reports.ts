import { inTransaction, type Tx } from '#db/client.ts';
import { lockContact } from '#db/queries/locks.ts';
import { lockMessage, type Message, recordTextReport, unreportedTexts } from '#db/queries/messages.ts';
import { messageStatusOf } from '#domain/message.ts';
import type { Carrier, CarrierText } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { unavailable } from '../errors.ts';
import { addOptOut, notifyOptedOut } from '../opt-outs/opt-outs.ts';

/** A report comes within seconds, but for phones that are switched off. */
const REPORT_LATE_MS = 600_000;
/** Carriers give a text up long before: of what is older nothing more is expected. */
const ASKED_FOR_MS = 86_400_000;
/** The carrier is asked for as many in one sweep, one after the other. */
const MOST_ASKED = 50;

/**
 * Asks the carrier for texts that it took and whose delivery report was lost, and settles what it says, forward only.
 * Each is asked for again after ten minutes, for a day. Returns how many moved.
 */
export async function askForReports(context: Context, now: Date): Promise<number> {
  const { carrier } = context;
  if (carrier === null) return 0;
  const before = new Date(now.getTime() - REPORT_LATE_MS);
  const sentAfter = new Date(now.getTime() - ASKED_FOR_MS);
  let settled = 0;
  for (const message of await unreportedTexts(context.db, { sentAfter, before }, MOST_ASKED)) {
    context.heartbeat();
    const found = await read(context, carrier, message);
    // It does not answer: it would not for the others either, and the next sweep asks again.
    if (found === 'silent') break;
    if (await settle(context, message, found, now)) settled += 1;
  }
  return settled;
}

async function read(
  context: Context,
  carrier: Carrier,
  { id, provider_id: sid }: Message,
): Promise<CarrierText | null | 'silent'> {
  try {
    return sid === null ? null : await carrier.getText(sid);
  } catch (error) {
    context.logger.warn(
      { messageId: id, failure: String(error) },
      'the carrier could not be asked for a report',
    );
    return 'silent';
  }
}

/** True when it is known now what became of the text. Either way its turn comes after the others'. */
async function settle(
  context: Context,
  { id, phone }: Message,
  found: CarrierText | null,
  now: Date,
): Promise<boolean> {
  const { moved, optedOut } = await inTransaction(context.db, async (tx) => {
    await lockContact(tx, phone);
    const current = await lockMessage(tx, id);
    const status = (found === null ? null : messageStatusOf(found.status)) ?? current.status;
    const errorCode = found?.errorCode ?? null;
    await recordTextReport(tx, current, { status, providerId: current.provider_id, errorCode }, now);
    return {
      moved: (await lockMessage(tx, id)).status !== current.status,
      optedOut: found?.optedOut === true && (await addCarrierOptOut(tx, current)),
    };
  });
  if (optedOut && !(await notifyOptedOut(context, phone))) {
    throw unavailable('Not every lead could be notified of an opt-out.');
  }
  return moved;
}

/** Carriers know of a STOP that never reached us: it counts for calls as well. False when the number was on the list. */
export async function addCarrierOptOut(
  tx: Tx,
  { id, phone, campaign_id: campaignId, lead_id: leadId }: Message,
): Promise<boolean> {
  const reason = 'The carrier refused a text: the person has sent STOP.';
  const about = { campaignId, leadId, messageId: id };
  return (await addOptOut(tx, { phone, reason, source: 'message', about })).created;
}

import { inTransaction } from '#db/client.ts';
import { lockContact } from '#db/queries/locks.ts';
import {
  findMessage,
  findMessageAt,
  knownProviderIds,
  lockMessage,
  type Message,
} from '#db/queries/messages.ts';
import { backoffMs } from '#domain/backoff.ts';
import { type MessageStatus, messageStatusOf } from '#domain/message.ts';
import type { CarrierText } from '#providers/ports.ts';
import { raiseAttention } from '../attention.ts';
import type { Context } from '../context.ts';
import { recordProgress } from './reports.ts';

/** What follows for the text's workflow: nothing, or another look at this ISO time. */
export type TextStep = { kind: 'done'; status: MessageStatus } | { kind: 'wait'; until: string; why: string };

/** The carrier's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 10_000;

/**
 * Looks a text up at the carrier that may or may not have been accepted, until it must have shown. One that is found is
 * adopted; one that is not found stays unknown, is put before a person, and is never sent again by itself.
 */
export async function settleText(context: Context, message: Message): Promise<TextStep> {
  const { dialTimeoutMs, reconcileForMs } = context.timeouts;
  const untilMs = message.updated_at.getTime() + dialTimeoutMs + reconcileForMs;
  for (let look = 1; ; look += 1) {
    const current = await findMessage(context.db, message.id);
    // A report of the carrier has settled it meanwhile.
    if (current?.status !== 'sending') return { kind: 'done', status: current?.status ?? 'refused' };
    const nowMs = (await context.now()).getTime();
    const found = await findAtCarrier(context, message);
    const adopted = found === null ? null : await adopt(context, message, found);
    if (adopted !== null) return adopted;
    if (nowMs >= untilMs) return await giveUp(context, message);
    const delayMs = backoffMs(look, {
      firstMs: reconcileForMs / 20,
      limitMs: reconcileForMs / 4,
      chance: Math.random(),
    });
    context.heartbeat();
    await context.sleep(Math.max(0, Math.min(delayMs, untilMs - nowMs)));
  }
}

/** The oldest text of these words to this number since the intent that belongs to no other row of ours. */
async function findAtCarrier(
  context: Context,
  { id, phone: to, own_address: from, body, updated_at }: Message,
): Promise<CarrierText | null> {
  if (context.carrier === null) return null;
  const since = new Date(updated_at.getTime() - CLOCK_SKEW_MS);
  let texts: CarrierText[];
  try {
    texts = await context.carrier.findTexts({ to, since, ...(from === null ? {} : { from }) });
  } catch (error) {
    context.logger.warn({ messageId: id, failure: String(error) }, 'the carrier could not look up a text');
    return null;
  }
  // If the list ignored its filter, the same words to others would be among them.
  const alike = texts.filter((text) => text.to === to && text.body === body);
  const sids = alike.map(({ messageSid }) => messageSid);
  const taken = await knownProviderIds(context.db, sids);
  return alike.findLast(({ messageSid }) => !taken.has(messageSid)) ?? null;
}

/** Null when another row with the same words was quicker to adopt the found text. */
async function adopt(context: Context, { id, phone }: Message, found: CarrierText): Promise<TextStep | null> {
  const now = await context.now();
  const { messageSid: providerId, errorCode } = found;
  return await inTransaction(context.db, async (tx) => {
    await lockContact(tx, phone);
    const owner = await findMessageAt(tx, providerId);
    if (owner !== null && owner.id !== id) return null;
    const status = messageStatusOf(found.status) ?? 'sent';
    const message = await lockMessage(tx, id);
    await recordProgress(tx, { message, progress: { status, providerId, errorCode }, now });
    return { kind: 'done' as const, status };
  });
}

async function giveUp(context: Context, { id, phone }: Message): Promise<TextStep> {
  const now = await context.now();
  const error = 'It could not be found out whether the carrier took it.';
  return await inTransaction(context.db, async (tx) => {
    await lockContact(tx, phone);
    const message = await lockMessage(tx, id);
    if (message.status !== 'sending') return { kind: 'done' as const, status: message.status };
    await raiseAttention(tx, {
      kind: 'unknown_message',
      subject: id,
      campaignId: message.campaign_id,
      leadId: message.lead_id,
      detail: error,
    });
    await recordProgress(tx, { message, progress: { status: 'unknown', error }, now });
    return { kind: 'done' as const, status: 'unknown' as const };
  });
}

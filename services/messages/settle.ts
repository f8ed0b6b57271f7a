import { inTransaction } from '#db/client.ts';
import { lockContact } from '#db/queries/locks.ts';
import { findMessage, lockMessage, type Message, recordTextReport } from '#db/queries/messages.ts';
import { backoffMs } from '#domain/backoff.ts';
import { type MessageStatus, messageStatusOf } from '#domain/message.ts';
import type { CarrierText } from '#providers/ports.ts';
import { raiseAttention } from '../attention.ts';
import type { Context } from '../context.ts';

/** What follows for the text's workflow: nothing, or another look at this ISO time. */
export type TextStep = { kind: 'done'; status: MessageStatus } | { kind: 'wait'; until: string; why: string };

/** The carrier's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 10_000;

/**
 * The text may or may not have been taken: looks for it at the carrier until it must have shown. What is found is
 * adopted; what is not found stays unknown, is put before a person, and is never sent again by itself.
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
async function findAtCarrier(context: Context, message: Message): Promise<CarrierText | null> {
  if (context.carrier === null) return null;
  const since = new Date(message.updated_at.getTime() - CLOCK_SKEW_MS);
  const from = message.own_address;
  let texts: CarrierText[];
  try {
    texts = await context.carrier.findTexts({ to: message.phone, since, ...(from === null ? {} : { from }) });
  } catch (error) {
    context.logger.warn(
      { messageId: message.id, failure: String(error) },
      'the carrier could not be asked for a text',
    );
    return null;
  }
  const alike = texts.filter(({ body }) => body === message.body);
  if (alike.length === 0) return null;
  const taken = await context.db
    .selectFrom('messages')
    .select('provider_id')
    .where(
      'provider_id',
      'in',
      alike.map(({ messageSid }) => messageSid),
    )
    .execute();
  const others = new Set(taken.map(({ provider_id: sid }) => sid));
  return alike.findLast(({ messageSid }) => !others.has(messageSid)) ?? null;
}

/** Takes the found text for ours; null when another row of the same words was quicker to take it. */
async function adopt(context: Context, { id, phone }: Message, found: CarrierText): Promise<TextStep | null> {
  const now = await context.now();
  const { messageSid: providerId, errorCode } = found;
  return await inTransaction(context.db, async (tx) => {
    await lockContact(tx, phone);
    const taken = await tx
      .selectFrom('messages')
      .select('id')
      .where('provider_id', '=', providerId)
      .where('id', '!=', id)
      .executeTakeFirst();
    if (taken !== undefined) return null;
    const status = messageStatusOf(found.status) ?? 'sent';
    await recordTextReport(tx, await lockMessage(tx, id), { status, providerId, errorCode }, now);
    return { kind: 'done' as const, status };
  });
}

async function giveUp(context: Context, message: Message): Promise<TextStep> {
  const now = await context.now();
  const error = 'It could not be found out whether the carrier took it.';
  return await inTransaction(context.db, async (tx) => {
    await lockContact(tx, message.phone);
    const current = await lockMessage(tx, message.id);
    if (current.status !== 'sending') return { kind: 'done' as const, status: current.status };
    await raiseAttention(tx, {
      kind: 'unknown_message',
      subject: message.id,
      campaignId: message.campaign_id,
      leadId: message.lead_id,
      detail: error,
    });
    await recordTextReport(tx, current, { status: 'unknown', error, providerId: null, errorCode: null }, now);
    return { kind: 'done' as const, status: 'unknown' as const };
  });
}

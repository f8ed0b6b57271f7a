import { inTransaction, type Tx } from '#db/client.ts';
import { lockContact } from '#db/queries/locks.ts';
import {
  findMessage,
  lastHeardAt,
  lockMessage,
  type Message,
  recordTextReport,
  type TextReport,
} from '#db/queries/messages.ts';
import { isOptedOut } from '#db/queries/opt-outs.ts';
import { messageStatusOf } from '#domain/message.ts';
import { textAllowedAt } from '#domain/quiet-hours.ts';
import { zonesForPhone } from '#domain/zones/zones-for-phone.ts';
import type { TextAnswer } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { unavailable } from '../errors.ts';
import { notifyOptedOut } from '../opt-outs/opt-outs.ts';
import { addCarrierOptOut } from './reports.ts';
import { settleText, type TextStep } from './settle.ts';

const HEARTBEAT_MS = 2_000;
const DEFERRED_MS = 5_000;
const OPTED_OUT = 'The contact opted out.';

type Passed = { kind: 'go' | 'met'; message: Message } | TextStep;

export function createMessaging(context: Context) {
  return {
    /** Gate and send. May be run again at any point: a text is handed to the carrier by one run only, and once. */
    async sendText({ messageId }: { messageId: string }): Promise<TextStep> {
      const beating = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      try {
        const passed = await passTextGate(context, messageId);
        switch (passed.kind) {
          case 'done':
          case 'wait':
            return passed;
          case 'met':
            return await settleText(context, passed.message);
          case 'go':
            return await send(context, passed.message);
        }
      } finally {
        clearInterval(beating);
      }
    },
  };
}

/** Intent and permission in one transaction, with the contact held: an opt-out comes wholly before it, or after. */
async function passTextGate(context: Context, messageId: string): Promise<Passed> {
  const found = await findMessage(context.db, messageId);
  // Erased with its lead.
  if (found === null) return { kind: 'done', status: 'refused' };
  return await inTransaction(context.db, async (tx): Promise<Passed> => {
    await lockContact(tx, found.phone);
    const message = await lockMessage(tx, messageId);
    if (message.status === 'sending') return { kind: 'met', message };
    if (message.status !== 'scheduled') return { kind: 'done', status: message.status };
    const now = await context.now();
    const refusal = await refusalOf(tx, context, message);
    if (refusal !== null) return await close(tx, message, refusal, now);
    if (message.not_before !== null && message.not_before > now) {
      return { kind: 'wait', until: message.not_before.toISOString(), why: 'not before' };
    }
    const zones = await zonesOf(tx, message);
    const allowedAt = textAllowedAt({ zones, lastHeardAt: await lastHeardAt(tx, message.phone), now });
    if (allowedAt === null) {
      const error = `No hour is allowed in every zone (${zones.join(', ') || 'none is known'}).`;
      return await close(tx, message, { status: 'refused', error }, now);
    }
    if (allowedAt > now) return await holdUntil(tx, message, allowedAt, { why: 'quiet hours', now });
    const intended = await tx
      .updateTable('messages')
      .set({ status: 'sending', own_address: context.texting?.from ?? null, updated_at: now })
      .where('id', '=', message.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { kind: 'go', message: intended };
  });
}

type Refusal = { status: 'refused' | 'failed'; error: string };

async function refusalOf(tx: Tx, context: Context, { phone }: Message): Promise<Refusal | null> {
  if (context.carrier === null || context.texting === null) {
    return { status: 'failed', error: 'No number to send texts from is configured.' };
  }
  return (await isOptedOut(tx, phone)) ? { status: 'refused', error: OPTED_OUT } : null;
}

async function close(tx: Tx, message: Message, { status, error }: Refusal, now: Date): Promise<TextStep> {
  await recordTextReport(tx, message, { status, error, providerId: null, errorCode: null }, now);
  return { kind: 'done', status };
}

/** Where the lead may be; of a number that is no lead, where its owner may be. */
async function zonesOf(tx: Tx, { lead_id: leadId, phone }: Message): Promise<string[]> {
  if (leadId === null) return zonesForPhone(phone);
  const lead = await tx.selectFrom('leads').select('zones').where('id', '=', leadId).executeTakeFirst();
  return lead?.zones ?? zonesForPhone(phone);
}

async function holdUntil(
  tx: Tx,
  message: Message,
  until: Date,
  { why, now }: { why: string; now: Date },
): Promise<TextStep> {
  await tx
    .updateTable('messages')
    .set({ status: 'scheduled', not_before: until, updated_at: now })
    .where('id', '=', message.id)
    .execute();
  return { kind: 'wait', until: until.toISOString(), why };
}

async function send(context: Context, message: Message): Promise<TextStep> {
  await context.checkpoint?.('text_intended');
  const { carrier, texting, timeouts } = context;
  const timeoutMs = timeouts.dialTimeoutMs;
  // A process that slept through its own deadline must not send: someone else may have settled the text by now.
  const lateMs = (await context.now()).getTime() - message.updated_at.getTime();
  if (carrier === null || texting === null || lateMs > timeoutMs) return await settleText(context, message);
  const { statusCallbackUrl } = texting;
  const answer = await carrier.sendText({
    from: texting.from,
    to: message.phone,
    body: message.body,
    // The id comes back with every report, also with one that overtakes the answer to this request.
    statusCallback: statusCallbackUrl === null ? null : `${statusCallbackUrl}?message=${message.id}`,
    timeoutMs,
  });
  await context.checkpoint?.('text_answered');
  return await recordAnswer(context, message, answer);
}

async function recordAnswer(context: Context, message: Message, answer: TextAnswer): Promise<TextStep> {
  switch (answer.kind) {
    case 'sent':
      return await record(context, message, {
        status: messageStatusOf(answer.status) ?? 'sent',
        providerId: answer.messageSid,
        errorCode: null,
        segments: answer.segments,
      });
    case 'refused': {
      const { code, message: error, optedOut } = answer;
      if (optedOut) await recordOptOut(context, message);
      const status = optedOut ? 'refused' : 'failed';
      return await record(context, message, { status, providerId: null, errorCode: code, error });
    }
    case 'deferred': {
      const now = await context.now();
      const until = new Date(now.getTime() + (answer.retryAfterMs ?? DEFERRED_MS));
      return await inTransaction(context.db, async (tx) => {
        await lockContact(tx, message.phone);
        const { status } = await lockMessage(tx, message.id);
        if (status !== 'sending') return { kind: 'done' as const, status };
        return await holdUntil(tx, message, until, { why: 'the carrier was busy', now });
      });
    }
    case 'ambiguous':
      return await settleText(context, message);
  }
}

async function record(context: Context, { id, phone }: Message, report: TextReport): Promise<TextStep> {
  const now = await context.now();
  return await inTransaction(context.db, async (tx) => {
    await lockContact(tx, phone);
    await recordTextReport(tx, await lockMessage(tx, id), report, now);
    const { status } = await lockMessage(tx, id);
    return { kind: 'done' as const, status };
  });
}

/** The carrier knows of an opt-out that we did not: it counts for calls as well. */
async function recordOptOut(context: Context, message: Message): Promise<void> {
  const added = await inTransaction(context.db, (tx) => addCarrierOptOut(tx, message));
  if (added && !(await notifyOptedOut(context, message.phone))) {
    throw unavailable('Not every lead could be notified of an opt-out.');
  }
}

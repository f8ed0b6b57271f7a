import { v7 as uuid } from 'uuid';
import { inTransaction, type Tx } from '#db/client.ts';
import { readKeyName } from '#db/queries/access.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { appendEvent } from '#db/queries/events.ts';
import { findLead, leadsOfContact } from '#db/queries/leads.ts';
import { lockContact } from '#db/queries/locks.ts';
import {
  findMessage,
  insertMessage,
  lastTextFrom,
  lockMessage,
  type Message,
  stalledTexts,
  updateMessage,
} from '#db/queries/messages.ts';
import { isOptedOut } from '#db/queries/opt-outs.ts';
import type { Actor } from '#domain/access.ts';
import { messageWorkflowId } from '#domain/ids.ts';
import { type MessageSource, messageStatusOf } from '#domain/message.ts';
import { textAllowedAt } from '#domain/quiet-hours.ts';
import { measureText } from '#domain/text-length.ts';
import { zonesForPhone } from '#domain/zones/zones-for-phone.ts';
import type { TextAnswer } from '#providers/ports.ts';
import { Elapsed, Permit } from '../calls/permit.ts';
import type { Context } from '../context.ts';
import { notFound, requireReady, unavailable, wrongState } from '../errors.ts';
import { notifyOptedOut } from '../opt-outs/opt-outs.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';
import { addCarrierOptOut, recordProgress, type TextProgress } from './reports.ts';
import { settleText, type TextStep } from './settle.ts';

const OPTED_OUT = 'The contact opted out.';
const NO_SENDER = 'No number to send texts from is configured.';

/** A text that is to be sent, by whatever workflow carries it. */
interface NewText {
  id: string;
  phone: string;
  leadId: string | null;
  campaignId: string | null;
  body: string;
  source: Exclude<MessageSource, 'contact'>;
  /** The name of the API key that sends it. */
  author?: string;
  inReplyTo?: string;
  followUpId?: string;
  callId?: string | null;
  /** Not sent before this instant. */
  notBefore?: Date | null;
}

/** Schedules a text, once by its id. The contact must exist; the text's workflow is started after the commit. */
export async function scheduleText(tx: Tx, { text, now }: { text: NewText; now: Date }): Promise<void> {
  const { id, leadId, campaignId, source, followUpId = null, notBefore = null } = text;
  const inserted = await insertMessage(tx, {
    id,
    channel: 'sms',
    direction: 'outbound',
    phone: text.phone,
    lead_id: leadId,
    campaign_id: campaignId,
    call_id: text.callId ?? null,
    follow_up_id: followUpId,
    in_reply_to: text.inReplyTo ?? null,
    body: text.body,
    status: 'scheduled',
    source,
    author: text.author ?? null,
    ...measured(text.body),
    not_before: notBefore,
    created_at: now,
    updated_at: now,
  });
  if (!inserted) return;
  const data = { source, notBefore };
  await appendEvent(tx, { type: 'message.scheduled', campaignId, leadId, messageId: id, followUpId, data });
}

function measured(body: string): Pick<Message, 'encoding' | 'segments'> {
  const { encoding, segments } = measureText(body);
  return { encoding, segments };
}

/** Whom a person's text goes to. */
interface Recipient {
  phone: string;
  leadId: string | null;
  campaignId: string | null;
  zones: string[];
}

/**
 * Takes on a text that a person sends, to a lead or to a number; exactly one is given. `whenAllowed`: it waits for the
 * end of quiet hours.
 *
 * @throws ServiceError `not-found`; `wrong-state` when the contact opted out, or in quiet hours
 */
export async function requestText(
  context: Context,
  request: {
    leadId?: string | undefined;
    to?: string | undefined;
    body: string;
    whenAllowed: boolean;
    actor: Actor;
  },
): Promise<Message> {
  if (context.texting === null) throw wrongState(NO_SENDER);
  const now = await context.now();
  const message = await inTransaction(context.db, async (tx) => {
    const recipient = await findRecipient(tx, request);
    const { phone, leadId, campaignId } = recipient;
    await lockContact(tx, phone);
    if (await isOptedOut(tx, phone)) throw wrongState(OPTED_OUT);
    const notBefore = await hourOf(tx, recipient, { whenAllowed: request.whenAllowed, now });
    const { actor, body } = request;
    const id = uuid();
    const author = await readKeyName(tx, actor.id);
    const text = { id, phone, leadId, campaignId, body, source: 'person' as const, author, notBefore };
    await scheduleText(tx, { text, now });
    await appendAudit(tx, { actor, action: 'message.sent', subject: id });
    return await lockMessage(tx, id);
  });
  // When Temporal does not answer, the sweep starts it later.
  await context.workflows.startMessage(message.id);
  return message;
}

async function findRecipient(
  tx: Tx,
  { leadId, to: phone = '' }: { leadId?: string | undefined; to?: string | undefined },
): Promise<Recipient> {
  if (leadId !== undefined) {
    const lead = await findLead(tx, leadId);
    if (lead === null) throw notFound('lead');
    return { phone: lead.phone, leadId: lead.id, campaignId: lead.campaign_id, zones: lead.zones };
  }
  const [latest] = await leadsOfContact(tx, phone);
  if (latest === undefined) return { phone, leadId: null, campaignId: null, zones: zonesForPhone(phone) };
  return { phone, leadId: latest.leadId, campaignId: latest.campaignId, zones: latest.zones };
}

/** Null to send at once. @throws ServiceError `wrong-state` that names the next hour at which it may be sent */
async function hourOf(
  tx: Tx,
  { phone, zones }: Recipient,
  { whenAllowed, now }: { whenAllowed: boolean; now: Date },
): Promise<Date | null> {
  const allowedAt = textAllowedAt({ zones, lastTextAt: await lastTextFrom(tx, phone), now });
  if (allowedAt === null) throw wrongState(noHour(zones));
  if (allowedAt <= now) return null;
  if (!whenAllowed) throw wrongState(`These are quiet hours there, until ${allowedAt.toISOString()}.`);
  return allowedAt;
}

function noHour(zones: readonly string[]): string {
  return `No hour is allowed in every zone (${zones.join(', ') || 'none is known'}).`;
}

type Gated =
  | { kind: 'go'; message: Message; permit: Permit }
  | { kind: 'in_flight'; message: Message }
  | TextStep;

/** Gate and send. May be run again at any point: a text is handed to the carrier by one run only, and once. */
export async function sendText(context: Context, { messageId }: { messageId: string }): Promise<TextStep> {
  requireReady(context);
  const gated = await passTextGate(context, messageId);
  switch (gated.kind) {
    case 'done':
    case 'wait':
      return gated;
    case 'in_flight':
      return await settleText(context, gated.message);
    case 'go':
      return await handOver(context, gated);
  }
}

/** Intent and permission in one transaction, with the contact held: an opt-out comes wholly before it, or after. */
async function passTextGate(context: Context, messageId: string): Promise<Gated> {
  const found = await findMessage(context.db, messageId);
  // Erased with its lead.
  if (found === null) return { kind: 'done', status: 'refused' };
  return await inTransaction(context.db, async (tx): Promise<Gated> => {
    await lockContact(tx, found.phone);
    const message = await lockMessage(tx, messageId);
    if (message.status === 'sending') return { kind: 'in_flight', message };
    if (message.status !== 'scheduled') return { kind: 'done', status: message.status };
    const sinceJudged = new Elapsed();
    const now = await context.clock(tx);
    if (context.carrier === null || context.texting === null) {
      return await close(tx, message, { progress: { status: 'failed', error: NO_SENDER }, now });
    }
    if (await isOptedOut(tx, message.phone)) {
      return await close(tx, message, { progress: { status: 'refused', error: OPTED_OUT }, now });
    }
    if (message.not_before !== null && message.not_before > now) {
      return { kind: 'wait', until: message.not_before.toISOString(), why: 'not before' };
    }
    const zones = await zonesOf(tx, message);
    const lastTextAt = await lastTextFrom(tx, message.phone);
    const allowedAt = textAllowedAt({ zones, lastTextAt, now });
    if (allowedAt === null) {
      return await close(tx, message, { progress: { status: 'refused', error: noHour(zones) }, now });
    }
    if (allowedAt > now) return await holdUntil(tx, message, { until: allowedAt, why: 'quiet hours', now });
    const { from } = context.texting;
    const intent = { status: 'sending' as const, own_address: from, updated_at: now };
    const intended = await updateMessage(tx, message, intent);
    if (intended === null) throw new Error('A held message has changed.');
    const permit = new Permit({ judgedAt: now, sinceJudged, closesAt: null, marginMs: 0 });
    return { kind: 'go', message: intended, permit };
  });
}

async function close(
  tx: Tx,
  message: Message,
  { progress, now }: { progress: TextProgress; now: Date },
): Promise<TextStep> {
  return { kind: 'done', status: await recordProgress(tx, { message, progress, now }) };
}

/** Where the lead may be; for a number that is no lead's, where its owner may be. */
async function zonesOf(tx: Tx, { lead_id: leadId, phone }: Message): Promise<string[]> {
  const lead = leadId === null ? null : await findLead(tx, leadId);
  return lead?.zones ?? zonesForPhone(phone);
}

async function holdUntil(
  tx: Tx,
  message: Message,
  { until, why, now }: { until: Date; why: string; now: Date },
): Promise<TextStep> {
  await updateMessage(tx, message, { status: 'scheduled', not_before: until, updated_at: now });
  return { kind: 'wait', until: until.toISOString(), why };
}

/** When the carrier is busy and does not say for how long. */
const DEFERRED_MS = 5_000;

async function handOver(
  context: Context,
  { message, permit }: { message: Message; permit: Permit },
): Promise<TextStep> {
  await context.checkpoint?.('text_intended');
  const { carrier, texting, timeouts } = context;
  const timeoutMs = timeouts.dialTimeoutMs;
  // A process that slept through its own deadline must not send: another one may have settled the text by now.
  if (carrier === null || texting === null || permit.ageMs > timeoutMs)
    return await settleText(context, message);
  const { from, statusCallbackUrl } = texting;
  const answer = await carrier.sendText({
    from,
    to: message.phone,
    body: message.body,
    // The id comes back with every report, also with one that overtakes the answer to this request.
    statusCallback: statusCallbackUrl === null ? null : `${statusCallbackUrl}?message=${message.id}`,
    timeoutMs,
    maySend: () => permit.isValid(),
  });
  await context.checkpoint?.('text_answered');
  return await recordAnswer(context, message, answer);
}

async function recordAnswer(context: Context, message: Message, answer: TextAnswer): Promise<TextStep> {
  switch (answer.kind) {
    case 'sent': {
      const { messageSid: providerId, segments } = answer;
      const status = messageStatusOf(answer.status) ?? 'sent';
      return await record(context, message, { status, providerId, segments });
    }
    case 'refused': {
      const { code: errorCode, message: error, optedOut } = answer;
      if (optedOut) await recordOptOut(context, message);
      return await record(context, message, { status: optedOut ? 'refused' : 'failed', errorCode, error });
    }
    case 'deferred': {
      const delayMs = answer.retryAfterMs ?? DEFERRED_MS;
      return await takeBack(context, message, { delayMs, why: 'the carrier was busy' });
    }
    case 'kept_back':
      // The next step passes the gate again.
      return await takeBack(context, message, { delayMs: 0, why: 'its permission ran out' });
    case 'ambiguous':
      return await settleText(context, message);
  }
}

/** Certainly not sent: it waits as before. */
async function takeBack(
  context: Context,
  { id, phone }: Message,
  { delayMs, why }: { delayMs: number; why: string },
): Promise<TextStep> {
  const now = await context.now();
  const until = new Date(now.getTime() + delayMs);
  return await inTransaction(context.db, async (tx) => {
    await lockContact(tx, phone);
    const current = await lockMessage(tx, id);
    if (current.status !== 'sending') return { kind: 'done' as const, status: current.status };
    return await holdUntil(tx, current, { until, why, now });
  });
}

async function record(context: Context, { id, phone }: Message, progress: TextProgress): Promise<TextStep> {
  const now = await context.now();
  return await inTransaction(context.db, async (tx) => {
    await lockContact(tx, phone);
    return await close(tx, await lockMessage(tx, id), { progress, now });
  });
}

async function recordOptOut(context: Context, message: Message): Promise<void> {
  const added = await inTransaction(context.db, (tx) => addCarrierOptOut(tx, message));
  if (added && !(await notifyOptedOut(context, message.phone))) {
    throw unavailable('Not every lead could be notified of an opt-out.');
  }
}

/** A text that has not changed for so long may have lost its workflow. */
const STALLED_MS = 120_000;
const PAGE = 200;

/** Starts the workflows of texts that are to be sent and have none. Returns how many. */
export async function restartTexts(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  run: PartRun,
): Promise<number> {
  const before = new Date(run.now.getTime() - STALLED_MS);
  return await run.throughPages(
    {
      pageSize: PAGE,
      name: ({ id }: { id: string }) => `text ${id}`,
      read: (after) => stalledTexts(db, { before, after: after?.id ?? null, limit: PAGE }),
    },
    async ({ id }) => {
      if (await reached(workflows.isRunning(messageWorkflowId(id)))) return false;
      await reached(workflows.startMessage(id));
      return true;
    },
  );
}
